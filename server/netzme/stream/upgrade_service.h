// netzme.v1.UpgradeNotificationService over the event log.
#ifndef SERVER_NETZME_STREAM_UPGRADE_SERVICE_H_
#define SERVER_NETZME_STREAM_UPGRADE_SERVICE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/call/call_context.h"
#include "server/call/metrics.h"
#include "server/call/run_blocking.h"
#include "server/events/audit.h"
#include "server/events/event_log.h"
#include "server/netzme/stream/hub.h"
#include "server/netzme/stream/watch.h"
#include "server/rpc/loop.h"
#include "server/rpc/stream.h"

namespace kyc::netzme {

// Made before the log's first append; calls come on the loop's thread. Destroyed after the last
// stream and the last job of the pool, on the loop's thread or after the loop has ended.
class UpgradeService {
 public:
  // `log`, `loop`, `metrics` and `audit` (which may be null) outlive the service.
  UpgradeService(events::EventLog& log, rpc::Loop& loop, RunBlocking run_blocking, Metrics* metrics,
                 Clocks clocks, RingLimits limits = {}, events::Audit* audit = nullptr);

  // Errors that only reading the log can find (those of cursors) come by Stream::Finish instead.
  absl::StatusOr<std::unique_ptr<rpc::Producer>> Watch(rpc::Stream* stream,
                                                       ::netzme::v1::WatchUpgradesRequest request);
  std::vector<Standing> Standings() const { return scope_.hub.Standings(); }
  // Answer on a thread of the pool, or at once.
  void Get(CallContext context, ::netzme::v1::GetUpgradeRequest request,
           Done<::netzme::v1::GetUpgradeResponse> done);
  void List(CallContext context, ::netzme::v1::ListUpgradesRequest request,
            Done<::netzme::v1::ListUpgradesResponse> done);

 private:
  events::Audit* const audit_;  // Null: nothing is noted.
  // Of answers that wait to be noted: what waits in the log may go later than this.
  const std::shared_ptr<std::atomic<int64_t>> held_bytes_ =
      std::make_shared<std::atomic<int64_t>>(0);
  WatchScope scope_;
};

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_STREAM_UPGRADE_SERVICE_H_
