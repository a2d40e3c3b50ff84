// The wall clock is wrong as told and only as long, and the steady one never. Linked into this
// test.
#include <gtest/gtest.h>
#include <sys/time.h>
#include <time.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "absl/time/clock.h"

namespace kyc::tests {
namespace {

constexpr long long kAhead = 91LL * 24 * 3600;

TEST(WallClockTest, IsWrongAsLongAsItIsTold) {
  const std::string orders = testing::TempDir() + "/wall_clock_error";
  setenv("WALL_CLOCK_ERROR", orders.c_str(), 1);
  const long long begin = time(nullptr);
  const auto steady = std::chrono::steady_clock::now();
  timespec booted = {};
  clock_gettime(CLOCK_BOOTTIME, &booted);
  std::ofstream(orders) << kAhead;
  timeval seen = {};
  gettimeofday(&seen, nullptr);
  EXPECT_GE(seen.tv_sec - begin, kAhead);
  EXPECT_GE(time(nullptr) - begin, kAhead);
  EXPECT_GE(absl::ToUnixSeconds(absl::Now()) - begin, kAhead) << "the gateway's own way to ask";
  EXPECT_GE(std::chrono::system_clock::now().time_since_epoch() / std::chrono::seconds(1) - begin,
            kAhead);
  EXPECT_LT(std::chrono::steady_clock::now() - steady, std::chrono::hours(1));
  timespec still = {};
  clock_gettime(CLOCK_BOOTTIME, &still);
  EXPECT_LT(still.tv_sec - booted.tv_sec, 3600);
  std::ofstream(orders) << -kAhead;
  EXPECT_LT(time(nullptr), begin);
  std::remove(orders.c_str());
  EXPECT_LT(time(nullptr) - begin, 3600);
}

}  // namespace
}  // namespace kyc::tests
