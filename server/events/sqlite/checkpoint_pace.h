// When the write-ahead log is moved into the file. Pure.
#ifndef SERVER_EVENTS_SQLITE_CHECKPOINT_PACE_H_
#define SERVER_EVENTS_SQLITE_CHECKPOINT_PACE_H_

#include <algorithm>
#include <cstdint>

#include "absl/time/time.h"

namespace kyc::events {

// Somebody who reads for long, as a backup does, makes moving vain; and trying costs the more the
// larger the write-ahead log has grown. So what was vain is tried again after a pause only, which
// doubles. One thread's.
class CheckpointPace {
 public:
  enum class Step {
    kNone,
    kMove,   // What no reader needs any more is moved; waits for nobody.
    kEmpty,  // Also makes the write-ahead log empty, which waits shortly for readers.
  };

  static constexpr int64_t kFramesPerMove = 4000;
  static constexpr int64_t kFramesToEmpty = 16'000;  // 64 MiB.
  static constexpr absl::Duration kFirstPause = absl::Seconds(1);
  static constexpr absl::Duration kLongestPause = absl::Minutes(1);

  // `frames` are in the write-ahead log; `now` is of the steady clock. To be asked after each
  // commit.
  Step Next(int64_t frames, absl::Time now) {
    if (frames < seen_) moved_ = 0;  // It began anew, over what was moved.
    seen_ = frames;
    if (now < not_before_ || frames - moved_ < kFramesPerMove) return Step::kNone;
    return frames >= kFramesToEmpty ? Step::kEmpty : Step::kMove;
  }
  // A step came to its end. `vain`: some reader still needs what it was to move.
  void Took(int64_t frames, bool vain, absl::Time now) {
    pause_ = vain ? std::clamp(2 * pause_, kFirstPause, kLongestPause) : absl::ZeroDuration();
    not_before_ = now + pause_;
    moved_ = vain ? 0 : frames;
    seen_ = frames;
  }

 private:
  int64_t seen_ = 0;
  int64_t moved_ = 0;
  absl::Duration pause_;
  absl::Time not_before_ = absl::InfinitePast();
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_CHECKPOINT_PACE_H_
