// Where a gRPC call stands, and what it still waits for. A value without gRPC.
#ifndef SERVER_RPC_CALL_STATE_H_
#define SERVER_RPC_CALL_STATE_H_

#include <cstdint>

#include "absl/time/time.h"

namespace kyc::rpc {

enum class CallKind {
  kUnary,         // One message, one answer.
  kStream,        // One message, then a producer writes.
  kConversation,  // Each message is answered by one, until the caller closes its side.
};

// A call is in one phase, since one moment, and each phase has a limit: LimitOf.
//
//   kArrived    and is judged                      -> kWaiting, kRefused
//   kWaiting    for room to read its message       -> kReading, kFinishing
//   kReading    its message is on its way          -> kHandling, kOpen, kFinishing
//   kHandling   a unary method owes the answer     -> kStopping, kFinishing
//   kStopping   and was told to stop               -> kFinishing
//   kOpen       a stream has nothing to write      -> kWriting, kWaiting (conversation), kFinishing
//   kWriting    a message is on its way            -> kOpen, kLastWrite, kGone (it was lost)
//   kLastWrite  and the end is decided             -> kFinishing
//   kRefused    gRPC has the end of a call that got no further
//   kFinishing  gRPC has the call's end
//   kGone       its caller is gone, or it was cut: nothing can be said to it any more
//
// Any phase goes to kGone when gRPC tells that the call is done, but kRefused and kFinishing,
// whose end that is.
enum class Phase : uint8_t {
  kArrived,
  kWaiting,
  kReading,
  kHandling,
  kStopping,
  kOpen,
  kWriting,
  kLastWrite,
  kRefused,
  kFinishing,
  kGone,
};

// What gRPC or a method still has of a call: it is freed when everything is back, and only then.
enum class Owed : uint8_t {
  kDone = 1,     // gRPC's word that the call has ended.
  kRead = 2,     // A message.
  kWrite = 4,    // That a message was taken.
  kFinish = 8,   // That the end was taken.
  kAnswer = 16,  // A unary method's.
};

// How long a call of that kind may be in that phase. Where nobody waits for it any more, what only
// needs its caller to take the end is `hurried`. Infinite where something else ends the phase, as
// said there; and whatever its kind, a call's deadline ends what it has not decided by then.
absl::Duration LimitOf(CallKind kind, Phase phase, bool hurried);

// How long a message may take to arrive, once it is read.
inline constexpr absl::Duration kReadPatience = absl::Seconds(10);
// How long a reader may take nothing.
inline constexpr absl::Duration kTakePatience = absl::Seconds(30);

// Begins when gRPC hands the call over. Everything returns what is to be done now; what a phase
// does not allow any more is nothing. Not thread-safe.
class CallState {
 public:
  explicit CallState(absl::Time now) : since_(now) {}

  CallKind kind() const { return kind_; }
  Phase phase() const { return phase_; }
  absl::Time since() const { return since_; }
  bool Owes(Owed what) const { return (owed_ & static_cast<uint8_t>(what)) != 0; }
  // Nothing is owed: the call may be freed.
  bool over() const { return owed_ == 0; }

  // Its method is known.
  void Begin(CallKind kind) { kind_ = kind; }
  // Its (next) message is not read yet.
  void Wait(absl::Time now);
  // It may be read: whether to ask gRPC for it.
  bool Read(absl::Time now);
  // Whether to give gRPC a message to send.
  bool Write(absl::Time now);
  // Whether to tell a unary method to stop.
  bool Stop(absl::Time now);

  // The end is decided: now gRPC is told, or once the message on its way was taken, or it is too
  // late because it was decided before.
  enum class End { kNow, kAfterWrite, kTooLate };
  End TryEnd(absl::Time now);
  // Nothing can be said to the caller any more. False if that was so before.
  bool Leave(absl::Time now);

  // gRPC's tags, and the answer.
  enum class OnRead { kNothing, kHandle, kNoMore };
  OnRead Message(bool ok, absl::Time now);
  enum class OnWritten { kNothing, kGoOn, kFinish, kLost };
  OnWritten Written(bool ok, absl::Time now);
  void Finished() { Back(Owed::kFinish); }
  // Whether the call ended without our saying so.
  bool Done(absl::Time now);
  // Whether the answer is still wanted.
  bool Answer();

  // Whether it has been in its phase for longer than it may, or is undecided after `deadline`.
  bool IsOverdue(absl::Time now, absl::Time deadline, bool draining) const;

 private:
  bool IsUndecided() const;
  void MoveTo(Phase phase, absl::Time now);
  void Start(Owed what) { owed_ |= static_cast<uint8_t>(what); }
  void Back(Owed what) { owed_ &= static_cast<uint8_t>(~static_cast<uint8_t>(what)); }

  absl::Time since_;    // In its phase; in kLastWrite since its message is on its way.
  absl::Time decided_;  // The end, in kLastWrite.
  CallKind kind_ = CallKind::kUnary;
  Phase phase_ = Phase::kArrived;
  uint8_t owed_ = static_cast<uint8_t>(Owed::kDone);
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_CALL_STATE_H_
