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

// A call takes the most that its method allows before its message is read (until then HTTP/2's flow
// control holds the bytes back at the caller), and gives back what it did not use once the message
// is there. Calls that find no room wait in order, for a bounded time.
//
// Loop thread only. Owned by rpc::Server.
class Admission {
 public:
  // `granted` says whether there is room now; called exactly once, unless Forget came first.
  using OnGranted = absl::AnyInvocable<void(bool granted) &&>;
  using WaitId = uint64_t;  // 0: no wait, `granted` was called at once.

  // At most `capacity` bytes; at most `max_waiting` calls wait at most `wait` each.
  Admission(Loop& loop, int64_t capacity, size_t max_waiting, absl::Duration wait)
      : loop_(loop), capacity_(capacity), max_waiting_(max_waiting), wait_(wait) {}

  WaitId Take(int64_t bytes, OnGranted granted);
  // A waiting call has ended: it is not granted any more.
  void Forget(WaitId id);
  void GiveBack(int64_t bytes);

  int64_t taken() const { return taken_; }

 private:
  struct Waiting {
    int64_t bytes;
    absl::Time until;
    OnGranted granted;
  };

  void GrantWaiting();
  void RefuseExpired();
  void ArmTimer();

  Loop& loop_;
  const int64_t capacity_;
  const size_t max_waiting_;
  const absl::Duration wait_;
  int64_t taken_ = 0;
  WaitId last_id_ = 0;
  // In order of arrival, and so of expiry.
  absl::btree_map<WaitId, Waiting> waiting_;
  Loop::TimerId timer_ = 0;
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_ADMISSION_H_
