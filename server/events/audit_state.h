// Whether a writer's notes go into the audit log; what is done with those that do not.
#ifndef SERVER_EVENTS_AUDIT_STATE_H_
#define SERVER_EVENTS_AUDIT_STATE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/call/metrics.h"
#include "server/call/steady_now.h"
#include "server/events/write_queue.h"

namespace kyc::events {

// Notes share the commits of notifications. A fault of theirs alone costs no notification its
// commit: they are answered NotNoted, what was with them is committed without them, and for a
// second no note is tried. Tells the metrics and the log of each change. The writer's thread's.
class AuditState {
 public:
  // `metrics` is not owned; `say` may be null.
  AuditState(Metrics& metrics, std::function<void(absl::string_view)> say,
             std::function<absl::Time()> steady_clock = SteadyNow);

  // Whether they may be written, as the store was asked: OK, or what its operator is to do.
  void SetAllowed(const absl::Status& allowed);
  // A commit was made: with notes, they are written.
  void Committed(const std::vector<WriteRequest>& requests);
  // The notes among these could not be written. They are answered, and taken out.
  void Failed(const absl::Status& why, std::vector<WriteRequest>& requests);
  // Those that are not to be tried now are answered, and taken out.
  void Withhold(std::vector<WriteRequest>& requests);

 private:
  enum class State { kWritten, kFailing, kForbidden };
  void Set(State state, const absl::Status& why);

  Metrics& metrics_;
  const std::function<void(absl::string_view)> say_;
  const std::function<absl::Time()> clock_;
  State state_ = State::kWritten;
  std::string told_;       // Why it is not written.
  absl::Time tried_from_;  // While failing: no note before that.
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_AUDIT_STATE_H_
