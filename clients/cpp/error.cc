#include "clients/cpp/error.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace kyc_gateway {

namespace errors = ::kyc::errors::v1;

namespace {

// What became of who waited, gRPC's own errors among it, and not of the call: its answer may be
// known yet, by its request_id.
bool IsOfWhoWaited(absl::string_view reason) {
  return reason.empty() || reason == "CALLER_DEADLINE" || reason == "CALLER_CANCELLED" ||
         reason == "SERVER_DRAINING";
}

}  // namespace

std::string Error::trx_id() const {
  const auto found = metadata.find("trxId");
  return found == metadata.end() ? "" : found->second;
}

bool Error::MayRepeat() const {
  const bool not_processed = code == grpc::StatusCode::UNAVAILABLE ||
                             code == grpc::StatusCode::RESOURCE_EXHAUSTED ||
                             code == grpc::StatusCode::ABORTED;
  if (only_reads || outcome == errors::OUTCOME_NOT_SENT) {
    return not_processed || code == grpc::StatusCode::DEADLINE_EXCEEDED;
  }
  if (!request_id.empty() && IsOfWhoWaited(reason_text)) return true;
  return not_processed && outcome == errors::OUTCOME_REFUSED;
}

Error ErrorOf(const grpc::Status& status, bool only_reads, std::string request_id) {
  Error error;
  error.request_id = std::move(request_id);
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
