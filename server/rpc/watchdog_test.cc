#include "server/rpc/watchdog.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

namespace kyc::rpc {
namespace {

TEST(Watchdog, TellsWhoIsSilentUntilHeAnswers) {
  std::atomic<bool> answers = false;
  std::atomic<int> asked = 0;
  Watchdog watchdog({{"first", [] { return true; }}, {"second", [&] { return answers.load(); }}},
                    {.between = absl::Milliseconds(1), .silent_after = absl::Nanoseconds(1)},
                    [&](const std::string&, bool) { ++asked; });
  while (watchdog.WhoIsSilent() != "second") std::this_thread::yield();
  answers = true;
  while (!watchdog.WhoIsSilent().empty()) std::this_thread::yield();
  EXPECT_GT(asked.load(), 2);
}

TEST(Watchdog, OneThatIsSilentForAShortTimeIsNotTold) {
  std::atomic<int> asked = 0;
  Watchdog watchdog({{"quiet", [] { return false; }}},
                    {.between = absl::Milliseconds(1), .silent_after = absl::Hours(1)},
                    [&](const std::string&, bool) { ++asked; });
  while (asked < 10) std::this_thread::yield();
  EXPECT_EQ(watchdog.WhoIsSilent(), "");
}

}  // namespace
}  // namespace kyc::rpc
