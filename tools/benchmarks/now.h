// The clock of every measurement.
#ifndef TOOLS_BENCHMARKS_NOW_H_
#define TOOLS_BENCHMARKS_NOW_H_

#include <time.h>

#include <cstdint>

namespace kyc::bench {

// Nanoseconds of one of the kernel's clocks.
inline int64_t NowOf(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return time.tv_sec * int64_t{1'000'000'000} + time.tv_nsec;
}

// Nanoseconds since the machine's start: the same in every process.
inline int64_t Now() { return NowOf(CLOCK_MONOTONIC); }

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_NOW_H_
