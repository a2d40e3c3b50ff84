#include "server/netzme/stream/page_token.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/call/error.h"
#include "server/netzme/view.h"

namespace kyc::netzme {
namespace {

using ::netzme::v1::ListUpgradesRequest;

constexpr absl::string_view kVersion = "1";
constexpr size_t kSignatureBytes = 16;
// Far above what PageToken makes.
constexpr size_t kMaxTokenBytes = 256;

absl::Status Invalid() {
  Error error;
  error.code = absl::StatusCode::kInvalidArgument;
  error.reason = "PAGE_TOKEN_INVALID";
  error.message =
      "The page_token is not one that this log gave for the same filter, view and latest_only";
  return ToStatus(error);
}

// The same bytes for the same choice.
std::string ChoiceBytes(const ListUpgradesRequest& request) {
  ListUpgradesRequest choice;
  *choice.mutable_filter() = request.filter();
  choice.mutable_filter()->DiscardUnknownFields();
  choice.set_view(EffectiveView(request.view()));
  choice.set_latest_only(request.latest_only());
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream sink(&bytes);
    google::protobuf::io::CodedOutputStream out(&sink);
    out.SetSerializationDeterministic(true);
    choice.SerializeToCodedStream(&out);
  }
  return bytes;
}

std::string Signature(absl::string_view place, const ListUpgradesRequest& request,
                      const events::EventLog& log) {
  return log.Sign(absl::StrCat("page_token ", place, " ", log.log_id(), " ", ChoiceBytes(request)))
      .substr(0, kSignatureBytes);
}

}  // namespace

std::string PageToken(const PagePlace& place, const ListUpgradesRequest& request,
                      const events::EventLog& log) {
  const std::string text = absl::StrCat(kVersion, ".", place.upper_bound, ".", place.below);
  return absl::WebSafeBase64Escape(absl::StrCat(Signature(text, request, log), text));
}

absl::StatusOr<PagePlace> PlaceFromPageToken(absl::string_view token,
                                             const ListUpgradesRequest& request,
                                             const events::EventLog& log) {
  std::string bytes;
  if (token.size() > kMaxTokenBytes || !absl::WebSafeBase64Unescape(token, &bytes) ||
      bytes.size() <= kSignatureBytes) {
    return Invalid();
  }
  const std::string text = bytes.substr(kSignatureBytes);
  // No secret is guessed here byte by byte: a forged place would only show another page.
  if (bytes.substr(0, kSignatureBytes) != Signature(text, request, log)) return Invalid();
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  PagePlace place;
  if (parts.size() != 3 || parts[0] != kVersion ||
      !absl::SimpleAtoi(parts[1], &place.upper_bound) ||
      !absl::SimpleAtoi(parts[2], &place.below)) {
    return Invalid();
  }
  return place;
}

}  // namespace kyc::netzme
