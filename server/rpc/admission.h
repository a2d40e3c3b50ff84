// Bounds the request bytes that all calls hold together.
#ifndef SERVER_RPC_ADMISSION_H_
#define SERVER_RPC_ADMISSION_H_

#include <cstddef>
#include <cstdint>

#include "absl/container/btree_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "server/rpc/loop.h"

namespace kyc::rpc {

// How long a call may take to send its message, and others wait for it.
inline constexpr absl::Duration kReadPatience = absl::Seconds(10);

struct AdmissionLimits {
  int64_t capacity = 0;       // Bytes in flight, those of messages being read included.
  int64_t message_bytes = 0;  // The largest message that gRPC lets through, whatever the method.
  size_t max_waiting = 0;     // Calls.
  absl::Duration patience;    // With requests that wait for their upstream.
};

// A call first reserves what the largest message takes, since gRPC does not tell a message's size
// before it has all of it; until then HTTP/2's flow control holds the bytes back at the caller.
// When the message is there, only its own size counts. Calls that find no room wait in order: for
// `patience` if messages that were read fill the capacity, for kReadPatience if only reservations
// do, as those end by themselves.
//
// Loop thread only. Owned by rpc::Server.
class Admission {
 public:
  // `granted` says whether there is room now; called exactly once, unless Forget came first.
  using OnGranted = absl::AnyInvocable<void(bool granted) &&>;
  using WaitId = uint64_t;  // 0: no wait, `granted` was called at once.

  Admission(Loop& loop, AdmissionLimits limits) : loop_(loop), limits_(limits) {}

  // Reserves for one message.
  WaitId Reserve(OnGranted granted);
  // A waiting call has ended: it is not granted any more.
  void Forget(WaitId id);
  // The reserved message was read and has so many bytes; 0 if none came.
  void Settle(int64_t bytes);
  // A message that was read is gone.
  void GiveBack(int64_t bytes);

  // Bytes of messages that were read, and of reservations.
  int64_t in_flight() const { return held_ + reading_ * limits_.message_bytes; }

 private:
  struct Waiting {
    absl::Time since;  // By the steady clock.
    OnGranted granted;
  };

  bool HasRoom() const { return in_flight() + limits_.message_bytes <= limits_.capacity; }
  // Whether there would be none even if nothing were being read.
  bool IsFull() const { return held_ + limits_.message_bytes > limits_.capacity; }
  void GrantWaiting();
  // When the one who waits longest is refused, as things stand.
  absl::Time PatienceEnds() const;
  void RefuseExpired();
  void ArmTimer();

  Loop& loop_;
  const AdmissionLimits limits_;
  int64_t held_ = 0;
  int64_t reading_ = 0;  // Reservations.
  WaitId last_id_ = 0;
  absl::btree_map<WaitId, Waiting> waiting_;  // In order of arrival.
  Loop::TimerId timer_ = 0;
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_ADMISSION_H_
