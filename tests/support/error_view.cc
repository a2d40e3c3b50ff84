#include "tests/support/error_view.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace kyc::tests {
namespace {

constexpr char kTypePrefix[] = "type.googleapis.com/google.rpc.";

// Adds what one detail says; whether it is an ErrorInfo.
bool ReadDetail(const google::protobuf::Any& detail, ErrorView& view) {
  if (google::rpc::ErrorInfo info; detail.UnpackTo(&info)) {
    view.reason = info.reason();
    view.domain = info.domain();
    view.metadata = {info.metadata().begin(), info.metadata().end()};
    return true;
  }
  std::string name = detail.type_url();
  if (absl::StartsWith(name, kTypePrefix)) name.erase(0, sizeof(kTypePrefix) - 1);
  view.details = view.details == "-" ? name : absl::StrCat(view.details, ",", name);
  if (google::rpc::BadRequest bad; detail.UnpackTo(&bad)) {
    for (const auto& violation : bad.field_violations()) {
      view.violations.push_back(absl::StrCat(violation.field(), ": ", violation.description()));
    }
  }
  if (google::rpc::RetryInfo retry; detail.UnpackTo(&retry)) {
    view.retry_after = absl::Seconds(retry.retry_delay().seconds()) +
                       absl::Nanoseconds(retry.retry_delay().nanos());
  }
  return false;
}

std::string FaultOf(const grpc::Status& status, const google::rpc::Status& details, int infos,
                    const ErrorView& view) {
  if (details.code() != status.error_code()) return "another code inside than outside";
  if (details.message() != status.error_message()) return "another message inside than outside";
  // What no method of the gateway has judged carries none: too large, unknown, cancelled.
  if (details.details_size() == 0) return "";
  if (infos != 1) return absl::StrCat(infos, " ErrorInfos");
  if (!absl::EndsWith(view.message, absl::StrCat(" [", view.reason, "]."))) {
    return "the message does not end with the reason";
  }
  if (details.details_size() > 2) return "more than one detail beside ErrorInfo";
  return "";
}

}  // namespace

std::string CodeName(grpc::StatusCode code) {
  return absl::StatusCodeToString(static_cast<absl::StatusCode>(code));
}

std::string ErrorView::Meta(const std::string& key) const {
  const auto found = metadata.find(key);
  return found == metadata.end() ? "-" : found->second;
}

std::string ErrorView::Summary() const {
  if (code == "OK") return code;
  return absl::StrCat(code, " ", reason.empty() ? "-" : reason, " ", Meta("outcome"), " ", details);
}

ErrorView View(const grpc::Status& status) {
  ErrorView view;
  view.code = CodeName(status.error_code());
  view.message = status.error_message();
  // What gRPC itself refuses.
  if (status.error_details().empty()) return view;
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) {
    view.fault = "details that are no google.rpc.Status";
    return view;
  }
  int infos = 0;
  for (const google::protobuf::Any& detail : details.details()) infos += ReadDetail(detail, view);
  view.fault = FaultOf(status, details, infos, view);
  return view;
}

}  // namespace kyc::tests
