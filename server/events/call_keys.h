// What became of calls that have a key of their callers' own, so that each happens at most once.
#ifndef SERVER_EVENTS_CALL_KEYS_H_
#define SERVER_EVENTS_CALL_KEYS_H_

#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/call/secret.h"

namespace kyc::events {

// A key that is stored. The numbers are. A key that is not there is new, or free again:
//
//   new ------> kClaimed   durably, before a byte of the call leaves
//   kClaimed -> kAnswered  its answer is here, and is every repeat's
//   kClaimed -> kLost      nobody knows what became of it, and nobody will
//   kClaimed -> new        it surely was not processed
//   kAnswered -> kLost     its answer was erased
//   any ------> new        its retention is over
enum class KeyState { kClaimed = 1, kAnswered = 2, kLost = 3 };

// Which key, as digests under CallKeys::secrets(): nothing of it is stored in clear.
struct CallKey {
  std::string key;      // Of caller, method, account and the caller's text.
  std::string content;  // Of all that the call says.
  std::string subject;  // Of the reference that the call carries: whose data its answer is.
};

// What is stored of a key.
struct KeyRow {
  KeyState state = KeyState::kClaimed;
  std::string content;  // Empty once erased: then any content is the same.
  std::string run_id;   // Of the process that claimed it.
};

// What a claim found.
enum class KeyFound {
  kClaimed,  // It was new or free, and is this process's now.
  kAnswered,
  kRunning,  // At another process.
  kLost,
  kReused,  // It is another content's.
};

// Pure. `owner_may_live`: whether the process that claimed the row may still bring its answer. What
// this process itself has claimed and does not run was never sent: it may have it again.
KeyFound JudgeKey(const absl::optional<KeyRow>& row, absl::string_view content,
                  absl::string_view run_id, bool owner_may_live);

// What a claim came to.
struct KeyClaim {
  KeyFound found = KeyFound::kLost;
  std::string answer;  // Of kAnswered.
};

// How a claimed call ended.
struct KeyEnd {
  enum class Kind {
    kAnswered,
    kFree,  // It surely was not processed: the key is new again.
    kLost,
  };
  Kind kind = Kind::kLost;
  std::string answer;  // Of kAnswered: is sealed.
};

// What the digests of a CallKey are made with.
struct CallKeySecrets {
  Secret key;
  Secret content;
  Secret subject;
};

// Thread-safe. The engines of the event log implement it over their own tables and writers. A key
// is remembered for its retention, counted by what the steady clock moved while a process ran: no
// clock that jumps, and no time that nothing ran, frees one.
class CallKeys {
 public:
  virtual ~CallKeys() = default;

  // Claims the key for this process, or tells what it is. Durable when `done` is called. A process
  // claims what it does not run, one claim of a key and content at a time. `lease`: after it, other
  // processes take it for lost. An error: it may be claimed, and is to be settled as free.
  virtual void Claim(CallKey key, absl::Duration lease,
                     absl::AnyInvocable<void(absl::StatusOr<KeyClaim>) &&> done) = 0;
  // Ends this process's claim; nothing if it is not there any more. May be repeated. Durable when
  // `done` is called.
  virtual void Settle(CallKey key, KeyEnd end, absl::AnyInvocable<void(absl::Status) &&> done) = 0;

  virtual const CallKeySecrets& secrets() const = 0;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_CALL_KEYS_H_
