#include "clients/kyc/commands/event_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/kyc/json_print.h"
#include "clients/kyc/json_text.h"

namespace kyc::cli {
namespace {

namespace netzme = ::netzme::v1;
using client::QuoteJson;

constexpr char kGreen[] = "\033[32m";
constexpr char kRed[] = "\033[31m";
constexpr char kYellow[] = "\033[33m";
constexpr char kPlain[] = "\033[0m";

std::string Json(const google::protobuf::Message& message) {
  return client::PrintJson(message, *google::protobuf::DescriptorPool::generated_pool(),
                           {.one_line = true});
}

std::string StatusWord(const netzme::UpgradeEvent& event) {
  const auto* value = netzme::UpgradeStatus_descriptor()->FindValueByNumber(event.status());
  return value == nullptr ? "?" : EnumWords(*value);
}

// CloudEvents 1.0 in JSON; `sequence` is its extension of that name.
std::string CloudEvent(const netzme::UpgradeEvent& event) {
  return absl::StrCat(
      "{\"specversion\":\"1.0\",\"id\":", QuoteJson(event.event_id()),
      ",\"source\":", QuoteJson(absl::StrCat("/kyc-gateway/netzme/", event.account())),
      ",\"type\":", QuoteJson(absl::StrCat("kyc.netzme.upgrade.", StatusWord(event))),
      ",\"subject\":", QuoteJson(event.original_reference_no()),
      ",\"time\":", Json(event.received_time()), ",\"sequence\":\"", event.sequence(),
      "\",\"datacontenttype\":\"application/json\",\"data\":", Json(event), "}");
}

const char* ColourOf(netzme::UpgradeStatus status) {
  return status == netzme::UPGRADE_STATUS_APPROVED   ? kGreen
         : status == netzme::UPGRADE_STATUS_REJECTED ? kRed
                                                     : kYellow;
}

std::string TextLine(const netzme::UpgradeEvent& event, bool colours) {
  std::string status = StatusWord(event);
  status.resize(std::max<size_t>(status.size(), 8), ' ');
  if (colours) status = absl::StrCat(ColourOf(event.status()), status, kPlain);
  std::string line = absl::StrCat(TimeText(event.received_time()), "  ", event.sequence(), "  ",
                                  status, "  ", Printable(event.original_reference_no()));
  if (event.revision() > 1) absl::StrAppend(&line, "  revision ", event.revision());
  const auto& reasons = event.reject_reasons();
  if (!reasons.empty()) absl::StrAppend(&line, "  ", Printable(absl::StrJoin(reasons, "; ")));
  return line;
}

}  // namespace

EventFormat EventFormatOf(const std::string& name, bool json) {
  if (name == "cloudevents") return EventFormat::kCloudEvents;
  return json || name == "json" ? EventFormat::kJson : EventFormat::kText;
}

std::string EventLine(const netzme::UpgradeEvent& event, EventFormat format, bool colours) {
  if (format == EventFormat::kJson) return Json(event);
  if (format == EventFormat::kCloudEvents) return CloudEvent(event);
  return TextLine(event, colours);
}

Row EventHeader() {
  return {"SEQUENCE", "RECEIVED", "STATUS", "REFERENCE", "REVISION", "TYPE", "ACCOUNT"};
}

Row EventRow(const netzme::UpgradeEvent& event) {
  return {absl::StrCat(event.sequence()),
          TimeText(event.received_time()),
          StatusWord(event),
          Printable(event.original_reference_no()),
          absl::StrCat(event.revision()),
          Printable(event.type()),
          Printable(event.account())};
}

}  // namespace kyc::cli
