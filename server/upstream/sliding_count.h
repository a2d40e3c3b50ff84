// Calls and failures of the last while.
#ifndef SERVER_UPSTREAM_SLIDING_COUNT_H_
#define SERVER_UPSTREAM_SLIDING_COUNT_H_

#include <array>
#include <cstdint>

#include "absl/time/time.h"

namespace kyc::upstream {

// Ten buckets, so what is older than the window by up to a tenth of it still counts. Not
// thread-safe.
class SlidingCount {
 public:
  explicit SlidingCount(absl::Duration window) : step_(window / kBuckets) {}

  void Add(absl::Time now, bool failed) {
    Bucket& bucket = At(now);
    ++bucket.calls;
    bucket.failures += failed;
  }
  struct Sum {
    int64_t calls = 0;
    int64_t failures = 0;
  };
  Sum Total(absl::Time now) const {
    const int64_t last = Step(now);
    Sum sum;
    for (const Bucket& bucket : buckets_) {
      if (last - bucket.step >= kBuckets) continue;
      sum.calls += bucket.calls;
      sum.failures += bucket.failures;
    }
    return sum;
  }
  void Clear() { buckets_ = {}; }

 private:
  static constexpr int kBuckets = 10;
  struct Bucket {
    int64_t step = 0;
    int64_t calls = 0;
    int64_t failures = 0;
  };

  int64_t Step(absl::Time now) const { return (now - absl::UnixEpoch()) / step_; }
  Bucket& At(absl::Time now) {
    const int64_t step = Step(now);
    Bucket& bucket = buckets_[step % kBuckets];
    if (bucket.step != step) bucket = {.step = step};
    return bucket;
  }

  absl::Duration step_;
  std::array<Bucket, kBuckets> buckets_ = {};
};

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_SLIDING_COUNT_H_
