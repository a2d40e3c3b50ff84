// Calls that have a key of their callers' own: each happens at most once.
#ifndef SERVER_ONCE_KEYED_CALLS_H_
#define SERVER_ONCE_KEYED_CALLS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/call/call_context.h"
#include "server/call/steady_now.h"
#include "server/events/call_keys.h"
#include "server/rpc/loop.h"

namespace kyc::once {

// What answered a call with a key.
enum class AnsweredBy {
  kItself,      // It was sent.
  kWaited,      // Another one, which ran when it came.
  kReplayed,    // Another one, which had ended.
  kInProgress,  // That another one still runs.
  kUnknown,     // That nobody knows what became of another one.
  kReused,      // That another one said something else.
  kNotClaimed,  // That its key could not be claimed.
  kLeft,        // Nothing: its caller did not wait.
};
// As a metric has it.
absl::string_view TextOf(AnsweredBy by);

struct KeyedOptions {
  // What a call may take from its claim to its end, whatever its caller's deadline is.
  absl::Duration longest = absl::Seconds(60);
  // Beyond that, until other processes take its key for lost.
  absl::Duration grace = absl::Seconds(30);
  // How often another process's call is looked for, and an end stored that could not be.
  absl::Duration again = absl::Milliseconds(250);
  absl::Duration store_again = absl::Seconds(1);
  // Keys under way; who waits for one key's answer, and for all.
  size_t max_keys = 20'000;
  size_t max_waiting_for_one = 1'000;
  size_t max_waiting = 20'000;
  // Of answers that could not be stored. What is beyond is lost.
  size_t max_unstored_bytes = 64 << 20;
  std::function<absl::Time()> now = SteadyNow;
  // Of a method, "package.Service/Method": to count them.
  std::function<void(absl::string_view, AnsweredBy)> answered = [](absl::string_view, AnsweredBy) {
  };
};

// What a caller gets: a serialized response or an error.
struct KeyedAnswer {
  absl::StatusOr<std::string> result;
  AnsweredBy by = AnsweredBy::kNotClaimed;
  // It is the answer of another call, which had the same key.
  bool replay = false;
};

// A call is claimed in the store, sent, and its end is stored before it is answered. From its claim
// on it runs to its end, whatever becomes of its callers. Who comes meanwhile with the same key and
// content waits for that answer.
//
// On the loop's thread, but for Close. The store's and the call's answers come on any thread.
class KeyedCalls : public std::enable_shared_from_this<KeyedCalls> {
 public:
  // Sends the call. Its context has no caller who could cancel it.
  using Send = absl::AnyInvocable<void(CallContext, Done<std::string>) &&>;
  using OnAnswer = absl::AnyInvocable<void(KeyedAnswer) &&>;

  // `loop` outlives all that it posts to it, `store` until Close. Null: there is none, and no
  // call with a key may be made.
  static std::shared_ptr<KeyedCalls> Make(rpc::Loop& loop, events::CallKeys* store,
                                          KeyedOptions options = {});

  // Null if there is none. What digests are made with.
  const events::CallKeySecrets* secrets() const { return secrets_; }

  void Count(absl::string_view method, AnsweredBy by) const { options_.answered(method, by); }

  // `context` is the caller's. Answers once.
  void Run(const CallContext& context, events::CallKey key, Send send, OnAnswer done);

  // Nothing is stored any more. Thread-safe.
  void Close();

 private:
  // Where a key stands; each waits for one thing.
  enum class Phase {
    kClaiming,   // The store. -> kSending, kElsewhere, kSettling (free), or it is over.
    kElsewhere,  // A moment. -> kAsking.
    kAsking,     // The store, as kClaiming: whether another process's call has ended.
    kSending,    // The call's end. -> kSettling.
    kSettling,   // The store. -> over, or kUnstored.
    kUnstored,   // A moment, then stored again. Its answer is given from here.
  };
  struct Waiter {
    uint64_t id = 0;
    bool first = false;  // Whose call is sent.
    OnAnswer done;
    rpc::Loop::TimerId timer = 0;
    std::unique_ptr<std::stop_callback<std::function<void()>>> on_stop;
  };
  struct Key {
    events::CallKey key;
    Phase phase = Phase::kClaiming;
    CallContext context;
    absl::Time must_end;  // Once claimed.
    Send send;
    std::vector<Waiter> waiters;
    // Its result, from its end on: to those who come.
    events::KeyEnd end;
    absl::Status error;  // Where `end` has no answer.
  };
  using Name = std::string;  // Of a Key: its digests.

  KeyedCalls(rpc::Loop& loop, events::CallKeys* store, KeyedOptions options)
      : loop_(loop), options_(std::move(options)), store_(store) {}

  void Join(const Name& name, Key& key, const CallContext& context, bool first, OnAnswer done);
  void Leave(const Name& name, uint64_t waiter, bool late);
  void Claim(const Name& name, Key& key);
  void OnClaimed(const Name& name, absl::StatusOr<events::KeyClaim> claim);
  // Another process's call is waited for, by those who wait here.
  void WaitElsewhere(const Name& name, Key& key);
  void OnNotClaimed(const Name& name, Key& key, const absl::Status& why);
  void SendNow(const Name& name, Key& key);
  void OnEnded(const Name& name, absl::StatusOr<std::string> result);
  void Settle(const Name& name, Key& key);
  void OnSettled(const Name& name, const absl::Status& stored);
  // All who wait get it; as its own who sent the call that has just ended here.
  void AnswerAll(Key& key, KeyedAnswer answer);
  void Over(const Name& name, KeyedAnswer answer);
  void Forget(const Name& name);
  // Runs `what` on the loop with the key, which is there until its phase's one answer came.
  void Later(absl::Duration delay, const Name& name, void (KeyedCalls::*what)(const Name&, Key&));

  rpc::Loop& loop_;
  const KeyedOptions options_;
  const events::CallKeySecrets* secrets_ = nullptr;
  absl::flat_hash_map<Name, std::unique_ptr<Key>> keys_;
  size_t waiting_ = 0;
  size_t unstored_bytes_ = 0;
  uint64_t last_waiter_ = 0;

  std::mutex mutex_;
  events::CallKeys* store_;  // Guarded by mutex_. Null once closed.
};

}  // namespace kyc::once

#endif  // SERVER_ONCE_KEYED_CALLS_H_
