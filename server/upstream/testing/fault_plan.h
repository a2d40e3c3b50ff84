// When and how a connection of a faulty upstream ends: a schedule made of nothing but a seed.
#ifndef SERVER_UPSTREAM_TESTING_FAULT_PLAN_H_
#define SERVER_UPSTREAM_TESTING_FAULT_PLAN_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace kyc::upstream {

// Where in an exchange a fault strikes.
enum class Moment {
  kNone,           // None: the request is answered and the connection goes on.
  kAtAccept,       // Before anything is read.
  kFirstByte,      // The request's first byte is there, unread.
  kInHead,         // After some bytes of the request's head.
  kInBody,         // After some bytes of its body, from none to all but one.
  kStalledInBody,  // The same, and for a while nothing was read.
  kAfterBody,
  kInFirstLine,  // After the first bytes of the reply, within its status line.
  kInReplyHead,
  kInReplyBody,
  kAfterReply,    // At once after a whole reply that promised to go on.
  kIdle,          // A while after it: perhaps just as the next request comes.
  kRefusedEarly,  // A whole 429 after some bytes of the body.
  kNeverAnswered,
};
inline constexpr Moment kLastMoment = Moment::kNeverAnswered;
absl::string_view MomentName(Moment moment);

// How the connection ends there.
enum class Ending {
  kClose,  // FIN; RST if something is unread.
  kReset,
  kHalf,  // FIN, but what still comes is read to its end, and counts.
};
inline constexpr Ending kLastEnding = Ending::kHalf;
absl::string_view EndingName(Ending ending);

struct FaultPlan {
  Moment moment = Moment::kNone;
  Ending ending = Ending::kClose;
  // Where exactly, in millionths of what the moment is about.
  uint32_t at = 0;
  // How long "a while" is, in events of the upstream.
  int wait = 0;

  // at, of `size` bytes: from 0 to size - 1.
  size_t Of(size_t size) const { return size_t(uint64_t(size) * at / 1'000'000); }
};

// The fate of the request with this index on the connection with this number. Most first requests
// are answered, so that there are connections to be used again.
FaultPlan PlanOf(uint64_t seed, int connection, int index);

// Evenly spread bits of all that is given.
uint64_t Mix(uint64_t seed, uint64_t value);

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_TESTING_FAULT_PLAN_H_
