// kyc.admin.v1.EventLogService over the event log.
#ifndef SERVER_ADMIN_EVENT_LOG_SERVICE_H_
#define SERVER_ADMIN_EVENT_LOG_SERVICE_H_

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/string_view.h"
#include "kyc/admin/v1/event_log.pb.h"
#include "server/call/call_context.h"
#include "server/call/run_blocking.h"
#include "server/events/event_log.h"

namespace kyc::admin {

// Calls come on the loop's thread. For callers with allow_admin only, others get PERMISSION_DENIED
// CALLER_FORBIDDEN. Errors: the proto's. A backup has a thread of its own, one at a time; it is
// told to stop, and waited for, when the service ends.
class EventLogService {
 public:
  // Takes a line about what was done, from any thread.
  using Say = std::function<void(absl::string_view line)>;

  // `event_log` outlives the service, which outlives the jobs of `run_blocking`. `backup_folder`:
  // empty if there is none.
  EventLogService(events::EventLog& event_log, std::string backup_folder, RunBlocking run_blocking,
                  Say say)
      : event_log_(event_log),
        backup_folder_(std::move(backup_folder)),
        run_blocking_(std::move(run_blocking)),
        say_(std::move(say)) {}

  // Answers on the backup's thread.
  void Backup(CallContext context, admin::v1::BackupRequest request,
              Done<admin::v1::BackupResponse> done);
  // Answers on a thread that may block.
  void ReleaseRetention(CallContext context, admin::v1::ReleaseRetentionRequest request,
                        Done<admin::v1::ReleaseRetentionResponse> done);

 private:
  events::EventLog& event_log_;
  const std::string backup_folder_;
  const RunBlocking run_blocking_;
  const Say say_;
  std::atomic<bool> running_ = false;
  std::jthread backup_;  // Last: it uses all the others.
};

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_EVENT_LOG_SERVICE_H_
