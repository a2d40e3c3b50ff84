// Who may have its message read, and how much all requests hold together.
#ifndef SERVER_RPC_ADMISSION_H_
#define SERVER_RPC_ADMISSION_H_

#include <atomic>
#include <cstdint>
#include <functional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/rpc/loop.h"
#include "server/rpc/turns.h"

namespace kyc::rpc {

struct AdmissionLimits {
  int64_t capacity = 0;     // Bytes of requests that are here or are being read.
  absl::Duration patience;  // With requests that wait for their upstream.
};

// gRPC does not tell a message's size before it has all of it; until it is read, HTTP/2's flow
// control holds its bytes back at the caller. So a message that is being read counts as the largest
// of its method, and as what it is once it is here. What cannot be large does not wait for room: it
// takes turns of its own, which are over at once unless the message is late.
//
// Loop thread only, but for GiveBack. Owned by rpc::Server.
class Admission {
 public:
  enum class Way {
    kAnybody,   // Methods that anybody may call.
    kSmall,     // Messages of at most 64 KiB: all of it may be here already.
    kOptional,  // With images or without: when there is no room, only those without come through.
    kImages,    // Waits for room in order.
  };

  Admission(Loop& loop, AdmissionLimits limits, std::function<absl::Time()> steady_clock);

  // Asks for `taker`'s turn to read a message of `who` of at most `bytes`.
  void Ask(Turns::Taker* taker, Way way, absl::string_view who, int64_t bytes);

  // A message was read and has so many bytes.
  void Hold(int64_t bytes);
  // They are gone. Thread-safe.
  void GiveBack(int64_t bytes);

  // Bytes of requests that are here.
  int64_t held() const { return held_.load(); }

 private:
  // Lets GiveBack know that somebody waits.
  void AwaitBytes();

  Loop& loop_;
  const AdmissionLimits limits_;
  std::atomic<int64_t> held_{0};
  std::atomic<bool> awaited_{false};  // Somebody waits for bytes to be given back.
  Turns anybody_, small_, optional_, images_;
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_ADMISSION_H_
