#include "server/netzme/stream/watch_request.h"

#include <limits>
#include <utility>
#include <vector>

#include "server/call/error.h"
#include "server/call/timestamp.h"
#include "server/netzme/stream/filter.h"
#include "server/netzme/view.h"

namespace kyc::netzme {
namespace {

using ::netzme::v1::From;
using ::netzme::v1::WatchUpgradesRequest;

constexpr absl::Duration kDefaultHeartbeat = absl::Seconds(15);
constexpr absl::Duration kMinHeartbeat = absl::Seconds(1);
constexpr absl::Duration kMaxHeartbeat = absl::Seconds(60);

absl::Duration HeartbeatOf(const WatchUpgradesRequest& request) {
  if (!request.has_heartbeat_interval()) return kDefaultHeartbeat;
  return absl::Seconds(request.heartbeat_interval().seconds()) +
         absl::Nanoseconds(request.heartbeat_interval().nanos());
}

std::vector<Violation> ViolationsOf(const WatchUpgradesRequest& request) {
  std::vector<Violation> violations = FilterViolations(request.filter());
  for (Violation& violation : ViewViolations(request.view())) {
    violations.push_back(std::move(violation));
  }
  const absl::Duration heartbeat = HeartbeatOf(request);
  if (heartbeat < kMinHeartbeat || heartbeat > kMaxHeartbeat) {
    violations.push_back({"heartbeat_interval", "must be 1 s to 60 s"});
  }
  if (request.max_events() < 0) violations.push_back({"max_events", "must be 0 or more"});
  if (request.has_since() && !IsTime(request.since())) {
    violations.push_back({"since", "must be a time between the years 1 and 9999"});
  }
  if (request.start_case() == WatchUpgradesRequest::kFrom &&
      !::netzme::v1::From_IsValid(request.from())) {
    violations.push_back({"from", "must be FROM_LATEST or FROM_EARLIEST"});
  }
  return violations;
}

WatchStart StartOf(const WatchUpgradesRequest& request) {
  switch (request.start_case()) {
    case WatchUpgradesRequest::kCursor:
      return request.cursor();
    case WatchUpgradesRequest::kSince:
      return TimeOf(request.since());
    case WatchUpgradesRequest::kFrom:
      return request.from();
    case WatchUpgradesRequest::START_NOT_SET:
      break;
  }
  return ::netzme::v1::FROM_LATEST;
}

}  // namespace

absl::StatusOr<WatchOrder> ReadWatchRequest(WatchUpgradesRequest request) {
  if (absl::Status valid = InvalidRequest(ViolationsOf(request)); !valid.ok()) return valid;
  WatchOrder order;
  order.start = StartOf(request);
  order.heartbeat_interval = HeartbeatOf(request);
  order.stop_when_caught_up = request.stop_when_caught_up();
  order.max_events =
      request.max_events() > 0 ? request.max_events() : std::numeric_limits<int64_t>::max();
  order.query = std::make_shared<const WatchQuery>(
      WatchQuery{Filter(std::move(*request.mutable_filter())), EffectiveView(request.view()),
                 request.has_since() ? TimeOf(request.since()) : absl::InfinitePast()});
  return order;
}

}  // namespace kyc::netzme
