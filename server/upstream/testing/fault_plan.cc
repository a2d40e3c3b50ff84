#include "server/upstream/testing/fault_plan.h"

#include <array>

namespace kyc::upstream {
namespace {

constexpr std::array<absl::string_view, int(kLastMoment) + 1> kMomentNames = {
    "none",        "at_accept",  "first_byte",    "in_head",       "in_body",
    "stalled",     "after_body", "in_first_line", "in_reply_head", "in_reply_body",
    "after_reply", "idle",       "refused_early", "never_answered"};
constexpr std::array<absl::string_view, int(kLastEnding) + 1> kEndingNames = {"close", "reset",
                                                                              "half"};

// Of a hundred requests; the rest of the moments share what is left evenly.
constexpr uint64_t kNoFaultAtFirst = 70;
constexpr uint64_t kNoFaultLater = 40;
// Of a thousand: they take a whole timeout.
constexpr uint64_t kNeverAnswered = 5;

Moment MomentOf(uint64_t bits, int index) {
  if (bits % 1000 < kNeverAnswered) return Moment::kNeverAnswered;
  if (bits / 1000 % 100 < (index == 0 ? kNoFaultAtFirst : kNoFaultLater)) return Moment::kNone;
  // A connection is accepted only once.
  const uint64_t first = uint64_t(index == 0 ? Moment::kAtAccept : Moment::kFirstByte);
  const uint64_t count = uint64_t(Moment::kNeverAnswered) - first;
  return Moment(first + bits / 100'000 % count);
}

}  // namespace

absl::string_view MomentName(Moment moment) { return kMomentNames[size_t(moment)]; }
absl::string_view EndingName(Ending ending) { return kEndingNames[size_t(ending)]; }

// The finalizer of SplitMix64.
uint64_t Mix(uint64_t seed, uint64_t value) {
  uint64_t bits = seed + (value + 1) * 0x9E3779B97F4A7C15;
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
  return bits ^ (bits >> 31);
}

FaultPlan PlanOf(uint64_t seed, int connection, int index) {
  const uint64_t own = Mix(Mix(seed, uint64_t(connection)), uint64_t(index));
  return {.moment = MomentOf(Mix(own, 0), index),
          .ending = Ending(Mix(own, 1) % (uint64_t(kLastEnding) + 1)),
          .at = uint32_t(Mix(own, 2) % 1'000'000),
          .wait = int(Mix(own, 3) % 64)};
}

}  // namespace kyc::upstream
