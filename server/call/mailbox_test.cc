#include "server/call/mailbox.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace kyc {
namespace {

using Box = Mailbox<std::unique_ptr<int>>;
using Posted = Box::Posted;

TEST(MailboxTest, OnlyTheFirstAfterATakeWakes) {
  Box box;
  EXPECT_EQ(box.Post(std::make_unique<int>(1)), Posted::kFirst);
  EXPECT_EQ(box.Post(std::make_unique<int>(2)), Posted::kBehind);
  std::vector<std::unique_ptr<int>> items;
  box.Take(items);
  ASSERT_EQ(items.size(), 2);
  EXPECT_EQ(*items[0], 1);
  EXPECT_EQ(*items[1], 2);
  EXPECT_TRUE(box.empty());
  EXPECT_EQ(box.Post(std::make_unique<int>(3)), Posted::kFirst);
}

TEST(MailboxTest, WhatComesTooLateStaysItsPostersOwn) {
  Box box;
  auto item = std::make_unique<int>(1);
  EXPECT_EQ(box.Post(std::move(item)), Posted::kFirst);
  EXPECT_FALSE(box.CloseIfEmpty()) << "it would be lost";
  std::vector<std::unique_ptr<int>> items;
  box.Take(items);
  EXPECT_TRUE(box.CloseIfEmpty());
  item = std::make_unique<int>(2);
  EXPECT_EQ(box.Post(std::move(item)), Posted::kClosed);
  EXPECT_NE(item, nullptr);
}

TEST(MailboxTest, EachItemOfManyThreadsComesOnceAndEachThreadsInOrder) {
  constexpr int kThreads = 4;
  constexpr int kEach = 10'000;
  Mailbox<std::pair<int, int>> box;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&box, thread] {
      for (int number = 0; number < kEach; ++number) box.Post({thread, number});
    });
  }
  std::vector<int> next(kThreads, 0);
  std::vector<std::pair<int, int>> items;
  for (int taken = 0; taken < kThreads * kEach; taken += static_cast<int>(items.size())) {
    items.clear();
    box.Take(items);
    for (const auto& [thread, number] : items) EXPECT_EQ(number, next[thread]++);
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(box.empty());
}

}  // namespace
}  // namespace kyc
