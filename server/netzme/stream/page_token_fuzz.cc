// A page token is a text that PageToken made for the same choice and log, or none; whatever place
// it is of comes back.
#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/call/testing/fake_metrics.h"
#include "server/events/testing/engine.h"
#include "server/netzme/stream/page_token.h"
#include "tools/fuzz/input.h"

namespace {

using kyc::fuzz::Require;
using kyc::netzme::PagePlace;
using kyc::netzme::PageToken;
using kyc::netzme::PlaceFromPageToken;

const kyc::events::EventLog& Log() {
  static auto& metrics = *new kyc::FakeMetrics;
  static auto& engine = *kyc::events::NewEngine().release();
  static const auto& log = *engine.Open({}, metrics).value().log.release();
  return log;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  ::netzme::v1::ListUpgradesRequest request;
  if (const auto place = PlaceFromPageToken(bytes, request, Log()); place.ok()) {
    // Without the padding that reading forgives.
    const std::string made = PageToken(*place, request, Log());
    Require(PlaceFromPageToken(made, request, Log()).ok(), "what was read is made again");
  }
  kyc::fuzz::Input input(data, size);
  PagePlace place;
  for (int i = 0; i < 8; ++i) place.below = place.below << 8 | input.Byte();
  for (int i = 0; i < 8; ++i) place.upper_bound = place.upper_bound << 8 | input.Byte();
  const std::string made = PageToken(place, request, Log());
  const auto back = PlaceFromPageToken(made, request, Log());
  Require(back.ok() && back->below == place.below && back->upper_bound == place.upper_bound,
          "what was made comes back");
  request.mutable_filter()->add_cust_ids(absl::StrCat("C", absl::BytesToHexString(input.rest())));
  Require(!PlaceFromPageToken(made, request, Log()).ok(), "another choice's is none");
  return 0;
}
