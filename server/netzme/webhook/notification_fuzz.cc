// Whatever the bytes, ReadNotification answers with an event that keeps its limits or with a
// refusal that has a code.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "server/call/text_rules.h"
#include "server/netzme/webhook/notification.h"

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckEvent(const ::netzme::v1::UpgradeEvent& event, absl::string_view body) {
  Require(event.raw_body() == body);
  Require(kyc::IsIdentifier(event.original_reference_no()));
  Require(event.original_reference_no().size() <= 128);
  Require(event.cust_id().empty() || kyc::IsIdentifier(event.cust_id()));
  Require(event.status() != ::netzme::v1::UPGRADE_STATUS_UNSPECIFIED);
  Require(event.cust_id().size() <= 128 && event.type().size() <= 64);
  Require(event.reject_reasons_size() <= 64 && event.benefits_size() <= 64);
  Require(!event.SerializeAsString().empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view body(reinterpret_cast<const char*>(data), size);
  kyc::json::Deviations deviations;
  const auto read = kyc::netzme::ReadNotification(body, deviations);
  if (const auto* refusal = std::get_if<kyc::netzme::Refusal>(&read)) {
    Require(refusal->response_code.size() == 7 && !refusal->response_message.empty());
  } else {
    CheckEvent(std::get<::netzme::v1::UpgradeEvent>(read), body);
  }
  return 0;
}
