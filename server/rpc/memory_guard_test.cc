#include "server/rpc/memory_guard.h"

#include <gtest/gtest.h>

namespace kyc::rpc {
namespace {

TEST(MemoryGuardTest, WhatCallsMayHoldIsNotTooMuch) {
  constexpr int64_t kMiB = 1 << 20;
  int64_t allocated = 0;
  const MemoryGuard guard(100 * kMiB, [&] { return allocated; });
  EXPECT_FALSE(guard.TooMuch(0));
  allocated = 712 * kMiB;
  EXPECT_FALSE(guard.TooMuch(0));
  allocated = 713 * kMiB;
  EXPECT_TRUE(guard.TooMuch(0));
  EXPECT_FALSE(guard.TooMuch(10'000)) << "many calls hold more";
}

TEST(MemoryGuardTest, AnAllocatorThatDoesNotTellNeverHasTooMuch) {
  EXPECT_FALSE(MemoryGuard(0).TooMuch(0));
}

}  // namespace
}  // namespace kyc::rpc
