#include "server/rpc/memory_guard.h"

#include <gtest/gtest.h>

namespace kyc::rpc {
namespace {

TEST(MemoryGuardTest, WhatCallsMayHoldIsNotTooMuch) {
  constexpr int64_t kMiB = 1 << 20;
  int64_t allocated = 0;
  MemoryGuard guard(100 * kMiB, [&] { return allocated; });
  EXPECT_EQ(guard.Look(0), 0);
  allocated = 712 * kMiB;
  EXPECT_EQ(guard.Look(0), 0);
  allocated = 713 * kMiB;
  EXPECT_EQ(guard.Look(0), 1);
  EXPECT_EQ(guard.Look(0), 2);
  EXPECT_EQ(guard.Look(10'000), 0) << "many calls hold more";
}

TEST(MemoryGuardTest, AnAllocatorThatDoesNotTellNeverHasTooMuch) {
  EXPECT_EQ(MemoryGuard(0).Look(0), 0);
}

}  // namespace
}  // namespace kyc::rpc
