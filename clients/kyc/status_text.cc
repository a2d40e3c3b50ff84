#include "clients/kyc/status_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "clients/kyc/brief_text.h"
#include "google/rpc/status.pb.h"

namespace kyc::client {
namespace {

// In the order of their numbers, spelled as in Go.
constexpr const char* kCodeNames[] = {
    "OK",       "Canceled",        "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",   "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",      "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated",
};

std::string CodeName(int code) {
  const bool known = code >= 0 && code < static_cast<int>(std::size(kCodeNames));
  return known ? kCodeNames[code] : absl::StrCat("Code(", code, ")");
}

}  // namespace

std::string StatusText(const grpc::Status& status, const google::protobuf::DescriptorPool& types,
                       JsonStyle style, Format format) {
  std::string text = absl::StrCat("ERROR:\n  Code: ", CodeName(status.error_code()),
                                  "\n  Message: ", BriefText(status.error_message()), "\n");
  ::google::rpc::Status details;
  if (!details.ParseFromString(status.error_details()) || details.details().empty()) return text;
  absl::StrAppend(&text, "  Details:\n");
  for (int i = 0; i < details.details_size(); ++i) {
    const auto& detail = details.details(i);
    const std::string number = absl::StrCat("  ", i + 1, ")");
    const std::string next_line = absl::StrCat("\n", std::string(number.size(), ' '), "\t");
    const std::string shown = format == Format::kText
                                  ? PrintText(detail)
                                  : PrintAnyJson(detail.type_url(), detail.value(), types, style);
    absl::StrAppend(&text, number, "\t", absl::StrReplaceAll(shown, {{"\n", next_line}}), "\n");
  }
  return text;
}

}  // namespace kyc::client
