// What the log promises to those who read from it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/events/read_bounds.h"
#include "server/events/testing/engine.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

using ::netzme::v1::UpgradeEvent;
using ::netzme::v1::UpgradeFilter;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LogReadTest : public testing::Test {
 protected:
  void SetUp() override {
    EngineOptions options;
    options.clocks = [this] { return RightClocksAt(absl::FromUnixMicros(now_us_)); };
    absl::StatusOr<OpenedEngine> opened = engine_->Open(options, metrics_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    log_ = std::move(opened->log);
  }

  Appended Append(const std::string& reference, const std::string& status,
                  const std::string& cust_id = "") {
    return events::Append(*log_, reference, status, cust_id);
  }
  // Of a reference each, in few commits.
  void AppendApproved(int count) {
    for (int appended = 0; appended < count;) {
      std::vector<Pending> pending;
      for (int i = 0; i < 1000 && appended < count; ++i) {
        pending.push_back(
            StartAppend(*log_, Notification(absl::StrCat("R", ++appended), "approved")));
      }
      for (Pending& each : pending) ASSERT_TRUE(each.get().ok());
    }
  }
  std::vector<std::string> List(const ListQuery& query) {
    const absl::StatusOr<ListPage> page = log_->List(query);
    EXPECT_TRUE(page.ok()) << page.status();
    return page.ok() ? Lines(page->events) : std::vector<std::string>();
  }

  // Changes the open log as no log would.
  void Tamper(const char* sql) {
    const absl::Status status = engine_->Tamper(sql);
    ASSERT_TRUE(status.ok()) << status;
  }
  // What an unfiltered read comes to: how many events, and the end's reason.
  std::string ReadToTheEnd(int limit) {
    Position after;
    for (int count = 0;;) {
      const absl::StatusOr<Page> page = log_->ReadAfter(after, limit, {});
      if (!page.ok()) return absl::StrCat(count, " ", ReasonOf(page.status()));
      if (page->through == after) return absl::StrCat(count, " to the end");
      count += static_cast<int>(page->events.size());
      after = page->through;
    }
  }

  const std::unique_ptr<Engine> engine_ = NewEngine();
  CountingMetrics metrics_;
  std::atomic<int64_t> now_us_ = 1'700'000'000'000'000;
  std::unique_ptr<EventLog> log_;
};

TEST_F(LogReadTest, FilterPicksByEveryField) {
  Append("R1", "approved", "C1");
  Append("R2", "rejected", "C2");
  Append("R3", "approved", "C2");
  UpgradeEvent cdd = Notification("R4", "approved", "");
  cdd.set_type("cdd");
  ASSERT_TRUE(TryAppend(*log_, cdd).ok());

  UpgradeFilter references;
  references.add_original_reference_nos("R3");
  references.add_original_reference_nos("R1");
  references.add_original_reference_nos("absent");
  EXPECT_THAT(ReadAll(*log_, {}, references), ElementsAre("1:R1/approved@1", "3:R3/approved@1"));

  UpgradeFilter customer;
  customer.add_cust_ids("C2");
  EXPECT_THAT(ReadAll(*log_, {}, customer), ElementsAre("2:R2/rejected@1", "3:R3/approved@1"));
  customer.add_statuses(::netzme::v1::UPGRADE_STATUS_APPROVED);
  EXPECT_THAT(ReadAll(*log_, {}, customer), ElementsAre("3:R3/approved@1"));
  customer.add_original_reference_nos("R2");
  EXPECT_THAT(ReadAll(*log_, {}, customer), IsEmpty());

  UpgradeFilter type;
  type.add_types("cdd");
  EXPECT_THAT(ReadAll(*log_, {}, type), ElementsAre("4:R4/approved@1"));
}

TEST_F(LogReadTest, ReferenceIsOneOfItsAccount) {
  Append("R1", "approved");
  UpgradeEvent others = Notification("R1", "rejected");
  others.set_account("other");
  ASSERT_TRUE(TryAppend(*log_, others).ok());

  UpgradeFilter filter;
  filter.add_original_reference_nos("R1");
  EXPECT_THAT(ReadAll(*log_, {}, filter), ElementsAre("1:R1/approved@1", "2:R1/rejected@1"));
  filter.add_accounts("other");
  EXPECT_THAT(ReadAll(*log_, {}, filter), ElementsAre("2:R1/rejected@1"));
  EXPECT_THAT(List({.filter = {}, .limit = 10, .latest_only = true}),
              ElementsAre("2:R1/rejected@1", "1:R1/approved@1"));
}

TEST_F(LogReadTest, PageTellsHowFarWasLooked) {
  for (int i = 1; i <= 5; ++i) Append(absl::StrCat("R", i), i == 2 ? "rejected" : "approved");
  UpgradeFilter rejected;
  rejected.add_statuses(::netzme::v1::UPGRADE_STATUS_REJECTED);

  const Page full = *log_->ReadAfter({}, 1, rejected);
  EXPECT_THAT(Lines(full.events), ElementsAre("2:R2/rejected@1"));
  EXPECT_EQ(full.through, full.events[0].position) << "a full page ends at its last event";

  const Page rest = *log_->ReadAfter(full.through, 1, rejected);
  EXPECT_THAT(rest.events, IsEmpty());
  EXPECT_EQ(rest.through, log_->ends().newest) << "an empty one goes on to the log's end";
  EXPECT_EQ(log_->ReadAfter(rest.through, 1, rejected)->through, rest.through);
}

TEST_F(LogReadTest, PageEndsEmptyWhenItHasLookedLongEnough) {
  AppendApproved(11'000);
  Append("last", "rejected", "C1");
  UpgradeFilter rejected;
  rejected.add_statuses(::netzme::v1::UPGRADE_STATUS_REJECTED);
  const Page page = *log_->ReadAfter({}, 10, rejected);
  EXPECT_THAT(page.events, IsEmpty());
  EXPECT_EQ(page.through.sequence, kEventsLookedAtPerPage);
  EXPECT_THAT(ReadAll(*log_, page.through, rejected), ElementsAre("11001:last/rejected@1"));

  UpgradeFilter customer;
  customer.add_cust_ids("C1");
  EXPECT_EQ(log_->ReadAfter({}, 10, customer)->events.size(), 1u) << "an index finds it at once";
}

TEST_F(LogReadTest, PagesOfAnySizeHoldTheSameEvents) {
  for (int i = 1; i <= 7; ++i) Append(absl::StrCat("R", i), "approved");
  const std::vector<std::string> all = ReadAll(*log_);
  for (const int limit : {1, 2, 3, 7, 8}) EXPECT_EQ(ReadAll(*log_, {}, {}, limit), all) << limit;
}

TEST_F(LogReadTest, BeforeIsThePlaceJustBeforeTheFirstEventSince) {
  const absl::Time start = absl::FromUnixMicros(now_us_);
  for (int i = 1; i <= 3; ++i) {
    Append(absl::StrCat("R", i), "approved");
    now_us_ += 1'000'000;
  }
  const auto after = [this](absl::Time since) {
    return ReadAll(*log_, *log_->Before(since)).size();
  };
  EXPECT_EQ(after(absl::InfinitePast()), 3u);
  EXPECT_EQ(after(start), 3u);
  EXPECT_EQ(after(start + absl::Nanoseconds(1)), 2u);
  EXPECT_EQ(after(start + absl::Seconds(2)), 1u);
  EXPECT_EQ(*log_->Before(start + absl::Seconds(3)), log_->ends().newest);
  EXPECT_EQ(*log_->Before(absl::InfiniteFuture()), log_->ends().newest);
}

TEST_F(LogReadTest, BeforeFindsItsPlaceAmongEqualTimes) {
  const std::vector<int64_t> times = {0, 0, 1, 1, 1, 2, 4, 4, 9, 9, 9, 9, 10};
  const int64_t start_us = now_us_;
  for (size_t i = 0; i < times.size(); ++i) {
    now_us_ = start_us + times[i];
    Append(absl::StrCat("R", i), "approved");
  }
  for (int64_t since = -1; since <= 11; ++since) {
    const auto before = log_->Before(absl::FromUnixMicros(start_us + since));
    ASSERT_TRUE(before.ok()) << before.status();
    EXPECT_EQ(before->sequence,
              std::count_if(times.begin(), times.end(), [&](int64_t time) { return time < since; }))
        << since;
  }
}

TEST_F(LogReadTest, ListGivesTheNewestFirstByPages) {
  Append("R1", "approved");
  Append("R2", "rejected");
  Append("R1", "rejected");
  EXPECT_THAT(List({.filter = {}, .limit = 2}), ElementsAre("3:R1/rejected@2", "2:R2/rejected@1"));
  EXPECT_THAT(List({.filter = {}, .below = 2, .limit = 2}), ElementsAre("1:R1/approved@1"));
}

TEST_F(LogReadTest, ListTellsHowFarWasLooked) {
  for (int i = 1; i <= 5; ++i) Append(absl::StrCat("R", i), i == 1 ? "rejected" : "approved");
  const ListPage two = *log_->List({.filter = {}, .limit = 2});
  EXPECT_EQ(two.below, 4) << "a full list ends at its last event";
  EXPECT_TRUE(two.more);
  const ListPage rest = *log_->List({.filter = {}, .below = 4, .limit = 3});
  EXPECT_EQ(rest.below, 1);
  EXPECT_FALSE(rest.more) << "nothing is below the oldest event";

  ListQuery approved = {.filter = {}, .limit = 10};
  approved.filter.add_statuses(::netzme::v1::UPGRADE_STATUS_APPROVED);
  const ListPage all = *log_->List(approved);
  EXPECT_EQ(all.events.size(), 4u);
  EXPECT_EQ(all.below, 1);
  EXPECT_FALSE(all.more);
}

TEST_F(LogReadTest, ListEndsEmptyWhenItHasLookedLongEnough) {
  Append("first", "rejected", "C1");
  AppendApproved(10'500);
  ListQuery rejected = {.filter = {}, .limit = 10};
  rejected.filter.add_statuses(::netzme::v1::UPGRADE_STATUS_REJECTED);
  const ListPage page = *log_->List(rejected);
  EXPECT_THAT(page.events, IsEmpty());
  EXPECT_EQ(page.below, 10'501 + 1 - kEventsLookedAtPerPage);
  EXPECT_TRUE(page.more);

  rejected.below = page.below;
  const ListPage last = *log_->List(rejected);
  EXPECT_THAT(Lines(last.events), ElementsAre("1:first/rejected@1"));
  EXPECT_FALSE(last.more);

  ListQuery customer = {.filter = {}, .limit = 10};
  customer.filter.add_cust_ids("C1");
  EXPECT_EQ(log_->List(customer)->events.size(), 1u) << "an index finds it at once";
}

TEST_F(LogReadTest, ListBelowTheOldestKeptEventIsEmpty) {
  EXPECT_FALSE(log_->List({.filter = {}, .limit = 10})->more) << "nothing was ever appended";
  Append("R1", "approved");
  const ListPage page = *log_->List({.filter = {}, .below = 1, .limit = 10});
  EXPECT_THAT(page.events, IsEmpty());
  EXPECT_FALSE(page.more);
}

TEST_F(LogReadTest, LatestOnlyKeepsEachReferencesNewest) {
  Append("R1", "approved");
  Append("R2", "rejected");
  Append("R1", "rejected");
  const ListQuery latest = {.filter = {}, .limit = 10, .latest_only = true};
  EXPECT_THAT(List(latest), ElementsAre("3:R1/rejected@2", "2:R2/rejected@1"));

  ListQuery approved = latest;
  approved.filter.add_statuses(::netzme::v1::UPGRADE_STATUS_APPROVED);
  EXPECT_THAT(List(approved), IsEmpty()) << "R1 was approved, but is no longer";

  ListQuery earlier = latest;
  earlier.upper_bound = 2;
  EXPECT_THAT(List(earlier), ElementsAre("2:R2/rejected@1", "1:R1/approved@1"))
      << "what arrives while paging changes no page";
}

TEST_F(LogReadTest, GapEndsAnUnfilteredRead) {
  for (int i = 1; i <= 9; ++i) Append(absl::StrCat("R", i), "approved");
  EXPECT_EQ(ReadToTheEnd(2), "9 to the end");
  Tamper("DELETE FROM event WHERE sequence = 5");
  EXPECT_EQ(ReadToTheEnd(2), "4 LOG_DAMAGED") << "the page after the gap knows what came before";
  EXPECT_EQ(ReadToTheEnd(3), "3 LOG_DAMAGED") << "the gap is in the page";
  EXPECT_EQ(ReadToTheEnd(4), "4 LOG_DAMAGED");
  EXPECT_EQ(ReadToTheEnd(100), "0 LOG_DAMAGED");
  const absl::Status list = log_->List({.filter = {}, .limit = 6}).status();
  EXPECT_EQ(list.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ReasonOf(list), "LOG_DAMAGED");
  EXPECT_TRUE(log_->List({.filter = {}, .limit = 4}).ok());
}

TEST_F(LogReadTest, GapAtTheBeginningEndsAnUnfilteredRead) {
  for (int i = 1; i <= 4; ++i) Append(absl::StrCat("R", i), "approved");
  Tamper("DELETE FROM event WHERE sequence <= 2");
  EXPECT_EQ(ReadToTheEnd(10), "0 LOG_DAMAGED");
  EXPECT_EQ(ReasonOf(log_->List({.filter = {}, .limit = 10}).status()), "LOG_DAMAGED");
}

TEST_F(LogReadTest, EventThatIsNotWhatWasWrittenEndsAnUnfilteredRead) {
  for (int i = 1; i <= 4; ++i) Append(absl::StrCat("R", i), "approved");
  Tamper("UPDATE event SET received_time_us = received_time_us + 1 WHERE sequence = 3");
  EXPECT_EQ(ReadToTheEnd(1), "2 LOG_DAMAGED");
  EXPECT_EQ(ReadToTheEnd(10), "0 LOG_DAMAGED");
}

TEST_F(LogReadTest, StatusThatIsNotWhatWasWrittenEndsEveryRead) {
  for (int i = 1; i <= 4; ++i) Append(absl::StrCat("R", i), "approved");
  Tamper("UPDATE event SET status = 2 WHERE sequence = 3");
  EXPECT_EQ(ReadToTheEnd(1), "2 LOG_DAMAGED");
  EXPECT_EQ(ReasonOf(log_->List({.filter = {}, .limit = 10}).status()), "LOG_DAMAGED");
  EXPECT_EQ(ReasonOf(log_->Latest("R3", "").status()), "LOG_DAMAGED");
  EXPECT_TRUE(log_->Latest("R2", "").ok());
}

}  // namespace
}  // namespace kyc::events
