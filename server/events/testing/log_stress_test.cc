// Everything at once, from many threads.
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/events/testing/engine.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

constexpr int kAppenders = 4;
constexpr int kAppends = 250;  // Of each.
constexpr int64_t kEvents = kAppenders * kAppends;

// Follows the log to its end: sees 1, 2, 3, ...
void Follow(const EventLog& log, int limit) {
  int64_t expected = 1;
  Position after;
  while (expected <= kEvents) {
    const absl::StatusOr<Page> page = log.ReadAfter(after, limit, {});
    ASSERT_TRUE(page.ok()) << page.status();
    for (const Event& event : page->events) {
      ASSERT_EQ(event.event.sequence(), expected);
      ++expected;
    }
    after = page->through;
  }
}

// Appends four revisions of each reference, and a body for the quarantine now and then.
void AppendAll(EventLog& log, Quarantine& quarantine, int appender) {
  const char* statuses[] = {"approved", "rejected"};
  for (int i = 0; i < kAppends; ++i) {
    const Appended appended = Append(log, absl::StrCat("R", appender, "-", i / 4), statuses[i % 2]);
    ASSERT_EQ(appended.revision, i % 4 + 1);
    if (i % 50 == 0) {
      ASSERT_TRUE(Keep(quarantine, absl::StrCat(appender, "/", i)).ok());
    }
  }
}

void ReadInEveryOtherWay(const EventLog& log, const Quarantine& quarantine) {
  while (log.ends().newest.sequence < kEvents) {
    const Ends ends = log.ends();
    ASSERT_TRUE(log.PositionFromText(log.CursorText(ends.newest)).ok());
    ASSERT_TRUE(log.List({.filter = {}, .limit = 10, .latest_only = true}).ok());
    ASSERT_TRUE(log.Latest("R0-0", "").ok());
    ASSERT_TRUE(quarantine.ListQuarantined(0, 10).ok());
    ASSERT_TRUE(log.Before(absl::Now()).ok());
  }
}

TEST(LogStressTest, ReadersSeeEveryEventInOrderWhileAllAppend) {
  CountingMetrics metrics;
  const std::unique_ptr<Engine> engine = NewEngine();
  const OpenedEngine opened = engine->Open({}, metrics).value();
  EventLog* log = opened.log.get();
  Quarantine& quarantine = *opened.quarantine;
  std::atomic<int64_t> told = 0;
  log->SetOnCommitted([&told](std::shared_ptr<const std::vector<Event>> events) {
    for (const Event& event : *events) {
      EXPECT_EQ(event.event.sequence(), ++told);
    }
  });
  std::vector<std::thread> threads;
  for (int i = 0; i < kAppenders; ++i)
    threads.emplace_back([&, i] { AppendAll(*log, quarantine, i); });
  for (const int limit : {1, 7, 1000}) threads.emplace_back([&, limit] { Follow(*log, limit); });
  threads.emplace_back([&] { ReadInEveryOtherWay(*log, quarantine); });
  for (std::thread& thread : threads) thread.join();
  while (told < kEvents) std::this_thread::yield();
  EXPECT_EQ(metrics.appended, kEvents);
}

}  // namespace
}  // namespace kyc::events
