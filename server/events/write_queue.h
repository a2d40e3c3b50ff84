// What waits for the writer.
#ifndef SERVER_EVENTS_WRITE_QUEUE_H_
#define SERVER_EVENTS_WRITE_QUEUE_H_

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/events/audit.h"
#include "server/events/call_keys.h"
#include "server/events/event_log.h"
#include "server/events/quarantine.h"
#include "server/events/reseal.h"
#include "server/events/usage.h"

namespace kyc::events {

// Each request holds what its answer will be once the batch is committed.
struct AppendRequest {
  ::netzme::v1::UpgradeEvent notification;
  absl::AnyInvocable<void(absl::StatusOr<Appended>) &&> done;
  Appended answer;
};
struct KeepRequest {
  BodyToKeep body;
  absl::AnyInvocable<void(absl::Status) &&> done;
  absl::Status answer;
};
struct MarkRequest {
  int64_t id = 0;
  Redriven redriven;
  absl::AnyInvocable<void(absl::Status) &&> done;
  absl::Status answer;
};
struct DiscardRequest {
  int64_t id = 0;
  absl::AnyInvocable<void(absl::Status) &&> done;
  absl::Status answer;
};
struct ActRequest {
  PersonalAct act;
  absl::AnyInvocable<void(absl::StatusOr<ActedOn>) &&> done;
  absl::StatusOr<ActedOn> answer = ActedOn();
};
struct ClaimRequest {
  CallKey key;
  absl::Duration lease;
  absl::AnyInvocable<void(absl::StatusOr<KeyClaim>) &&> done;
  KeyClaim answer;
};
struct SettleRequest {
  CallKey key;
  KeyEnd end;  // Its answer is sealed.
  absl::AnyInvocable<void(absl::Status) &&> done;
  absl::Status answer;
};
struct ResealRequest {
  ResealPlace place;
  absl::AnyInvocable<void(absl::StatusOr<ResealStep>) &&> done;
  ResealStep answer;
};
struct NoteRequest {
  std::vector<AuditNote> notes;
  absl::AnyInvocable<void(absl::Status) &&> done;
  absl::Status answer;
};
struct UsageRequest {
  UsageBatch batch;
  absl::AnyInvocable<void(absl::Status) &&> done;
  absl::Status answer;
};
using WriteRequest =
    std::variant<AppendRequest, KeepRequest, MarkRequest, DiscardRequest, ActRequest, ClaimRequest,
                 SettleRequest, ResealRequest, NoteRequest, UsageRequest>;

// Calls a request's `done`: with `failure` unless that is OK, else with its own answer.
void Answer(WriteRequest& request, const absl::Status& failure);

bool HasNotes(const std::vector<WriteRequest>& requests);
// Calls the `done` of each NoteRequest with `failure`, and takes it out.
void AnswerNotes(std::vector<WriteRequest>& requests, const absl::Status& failure);

// What is said to a request when no more may wait.
absl::Status TooManyWait();

// Thread-safe, bounded.
class WriteQueue {
 public:
  explicit WriteQueue(int max_waiting) : max_waiting_(max_waiting) {}

  // Takes the request, or says why not (RESOURCE_EXHAUSTED, UNAVAILABLE) and leaves it as it was. A
  // quarter of those that wait may be notes, so that who looks keeps no notification out.
  absl::Status Push(WriteRequest& request);

  // All that wait, in order, at most `limit`. Waits for one up to `timeout`; then, or once closed,
  // there may be none.
  std::vector<WriteRequest> Take(size_t limit, absl::Duration timeout);

  // Nothing more comes in; what waits is still taken.
  void Close();
  bool Drained() const;

 private:
  const int max_waiting_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<WriteRequest> waiting_;
  size_t notes_ = 0;  // Of them.
  bool closed_ = false;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_WRITE_QUEUE_H_
