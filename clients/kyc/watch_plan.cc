#include "clients/kyc/watch_plan.h"

#include <algorithm>

namespace kyc::client {

namespace netzme = ::netzme::v1;

netzme::WatchUpgradesRequest WatchRequest(const Command& command, const std::string& cursor) {
  netzme::WatchUpgradesRequest request;
  if (!cursor.empty()) {
    request.set_cursor(cursor);
  } else {
    request.set_from(command.from_earliest ? netzme::FROM_EARLIEST : netzme::FROM_LATEST);
  }
  for (const std::string& reference : command.references) {
    request.mutable_filter()->add_original_reference_nos(reference);
  }
  request.set_view(command.full_view ? netzme::VIEW_FULL : netzme::VIEW_BASIC);
  return request;
}

AfterEnd JudgeEnd(const grpc::Status& status, netzme::GoodbyeReason goodbye) {
  if (goodbye == netzme::GOODBYE_REASON_NEAR_RETENTION) return AfterEnd::kReopenAtOnce;
  switch (status.error_code()) {
    case grpc::StatusCode::OK:
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
    case grpc::StatusCode::ABORTED:
    case grpc::StatusCode::INTERNAL:
    case grpc::StatusCode::UNAVAILABLE:
      return AfterEnd::kReopenLater;
    default:
      return AfterEnd::kGiveUp;
  }
}

absl::Duration Backoff(int fruitless_streams, double random) {
  const int doublings = std::clamp(fruitless_streams, 0, 10);
  const absl::Duration longest =
      std::min(absl::Milliseconds(100) * (1 << doublings), absl::Seconds(10));
  return longest * (1 - random / 2);
}

}  // namespace kyc::client
