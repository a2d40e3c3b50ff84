#include "server/rpc/admission.h"

#include <utility>

#include "server/rpc/call_state.h"

namespace kyc::rpc {
namespace {

// Calls that wait for room; each holds at most the 64 KiB that flow control lets through unread.
constexpr size_t kMaxWaiting = 2000;
// A small message is sent with its call: it is there at once, or late.
constexpr size_t kMaxSmallWaiting = 20'000;
constexpr TurnLimits kAnybodys{16, kMaxWaiting, kReadPatience, absl::Seconds(1), true};
constexpr TurnLimits kSmalls{32, kMaxSmallWaiting, kReadPatience, absl::Seconds(1), true};
// A message with an image may need longer, but takes nobody's turn any more who has none.
constexpr TurnLimits kOptionals{8, kMaxWaiting, kReadPatience, absl::Milliseconds(250), true};

}  // namespace

Admission::Admission(Loop& loop, AdmissionLimits limits, std::function<absl::Time()> steady_clock)
    : loop_(loop),
      limits_(limits),
      anybody_(loop, kAnybodys, steady_clock),
      small_(loop, kSmalls, steady_clock),
      optional_(loop, kOptionals, steady_clock),
      images_(loop, {limits.capacity, kMaxWaiting, kReadPatience}, steady_clock) {
  images_.SetPatienceWhenTaken(limits.patience);
}

void Admission::Ask(Turns::Taker* taker, Way way, absl::string_view who, int64_t bytes) {
  if (way == Way::kAnybody) return anybody_.Ask(taker, who, 1);
  if (way == Way::kSmall) return small_.Ask(taker, who, 1);
  images_.SetTaken(held_.load());
  if (way == Way::kOptional && !images_.HasTurnFor(who, bytes)) {
    return optional_.Ask(taker, who, 1);
  }
  images_.Ask(taker, who, bytes);
  AwaitBytes();
}

void Admission::AwaitBytes() {
  if (images_.waiting() == 0) return;
  // First this, then the bytes once more: what is given back meanwhile is seen here, or whoever
  // gives it back sees this.
  awaited_.store(true);
  images_.SetTaken(held_.load());
}

void Admission::Hold(int64_t bytes) { images_.SetTaken(held_ += bytes); }

void Admission::GiveBack(int64_t bytes) {
  held_ -= bytes;
  if (!awaited_.exchange(false)) return;
  loop_.Post([this] {
    images_.SetTaken(held_.load());
    AwaitBytes();
  });
}

}  // namespace kyc::rpc
