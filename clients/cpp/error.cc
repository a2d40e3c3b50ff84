#include "clients/cpp/error.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace kyc_gateway {

namespace errors = ::kyc::errors::v1;

std::string Error::trx_id() const {
  const auto found = metadata.find("trxId");
  return found == metadata.end() ? "" : found->second;
}

bool Error::SurelyNotProcessed() const { return only_reads || outcome == errors::OUTCOME_NOT_SENT; }

bool Error::MayRepeat() const {
  switch (code) {
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
    case grpc::StatusCode::ABORTED:
      return SurelyNotProcessed() || outcome == errors::OUTCOME_REFUSED;
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return SurelyNotProcessed();
    default:
      return false;
  }
}

Error ErrorOf(const grpc::Status& status, bool only_reads) {
  Error error;
  error.code = status.error_code();
  error.message = status.error_message();
  error.only_reads = only_reads;
  ::google::rpc::Status details;
  ::google::rpc::ErrorInfo info;
  ::google::rpc::BadRequest bad_request;
  ::google::rpc::RetryInfo retry;
  if (!details.ParseFromString(status.error_details())) return error;
  for (const auto& detail : details.details()) {
    // Each is tried: a type that none of them is stays unread.
    if (detail.UnpackTo(&info) || detail.UnpackTo(&bad_request)) continue;
    detail.UnpackTo(&retry);
  }
  for (const auto& violation : bad_request.field_violations()) {
    error.field_violations.push_back({violation.field(), violation.description()});
  }
  error.retry_delay =
      absl::Seconds(retry.retry_delay().seconds()) + absl::Nanoseconds(retry.retry_delay().nanos());
  error.domain = info.domain();
  error.reason_text = info.reason();
  error.metadata.insert(info.metadata().begin(), info.metadata().end());
  // What an enum does not know stays UNSPECIFIED.
  errors::Reason_Parse(absl::StrCat("REASON_", info.reason()), &error.reason);
  errors::Outcome_Parse(absl::StrCat("OUTCOME_", absl::AsciiStrToUpper(error.metadata["outcome"])),
                        &error.outcome);
  return error;
}

}  // namespace kyc_gateway
