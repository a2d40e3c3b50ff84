// kyc.admin.v1.QuarantineService over the quarantine and the event log.
#ifndef SERVER_NETZME_WEBHOOK_QUARANTINE_SERVICE_H_
#define SERVER_NETZME_WEBHOOK_QUARANTINE_SERVICE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "absl/strings/string_view.h"
#include "kyc/admin/v1/quarantine.pb.h"
#include "server/call/call_context.h"
#include "server/call/run_blocking.h"
#include "server/events/event_log.h"
#include "server/events/quarantine.h"

namespace kyc::netzme {

// The largest corrected body: the webhook takes no larger one.
inline constexpr size_t kMaxCorrectedBytes = 1 << 20;

// Thread-safe. For callers with allow_admin only, others get PERMISSION_DENIED CALLER_FORBIDDEN.
// Errors: the proto's. Answers come at once, on a thread of the pool, or on the log's writer.
class QuarantineService {
 public:
  // Takes a line about who redrove or discarded what, without anybody's data. Thread-safe.
  using Say = std::function<void(absl::string_view line)>;

  // `event_log` and `quarantine` outlive the service and the last job of the pool.
  QuarantineService(events::EventLog& event_log, events::Quarantine& quarantine,
                    RunBlocking run_blocking, Say say)
      : event_log_(event_log),
        quarantine_(quarantine),
        run_blocking_(std::move(run_blocking)),
        say_(std::make_shared<const Say>(std::move(say))) {}

  void List(CallContext context, admin::v1::ListQuarantinedRequest request,
            Done<admin::v1::ListQuarantinedResponse> done);
  void Get(CallContext context, admin::v1::GetQuarantinedRequest request,
           Done<admin::v1::GetQuarantinedResponse> done);
  // Reads and appends as the webhook does, then discards the entry, or, where its body was
  // corrected, notes on it what became of it. OK once the event is committed, even if the entry
  // cannot be changed then.
  void Redrive(CallContext context, admin::v1::RedriveQuarantinedRequest request,
               Done<admin::v1::RedriveQuarantinedResponse> done);
  void Discard(CallContext context, admin::v1::DiscardQuarantinedRequest request,
               Done<admin::v1::DiscardQuarantinedResponse> done);

 private:
  events::EventLog& event_log_;
  events::Quarantine& quarantine_;
  const RunBlocking run_blocking_;
  const std::shared_ptr<const Say> say_;  // Answers may come when the service is gone.
};

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_WEBHOOK_QUARANTINE_SERVICE_H_
