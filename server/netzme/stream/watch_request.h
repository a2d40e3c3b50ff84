// What a WatchUpgradesRequest asks for, checked.
#ifndef SERVER_NETZME_STREAM_WATCH_REQUEST_H_
#define SERVER_NETZME_STREAM_WATCH_REQUEST_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/variant.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/netzme/stream/batch.h"

namespace kyc::netzme {

// Where a stream starts: at an end of the log, after a cursor's text, or at a time.
using WatchStart = absl::variant<::netzme::v1::From, std::string, absl::Time>;

struct WatchOrder {
  WatchStart start;
  std::shared_ptr<const WatchQuery> query;
  absl::Duration heartbeat_interval;
  bool stop_when_caught_up = false;
  int64_t max_events = 0;  // As large as can be when there is no limit.
};

// INVALID_ARGUMENT INVALID_REQUEST with every violation. Does not look at the cursor's text.
absl::StatusOr<WatchOrder> ReadWatchRequest(::netzme::v1::WatchUpgradesRequest request);

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_STREAM_WATCH_REQUEST_H_
