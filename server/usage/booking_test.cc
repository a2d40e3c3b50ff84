#include "server/usage/booking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/call/testing/fake_metrics.h"

namespace kyc::usage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A loop by a clock that the test moves.
class StepLoop final : public rpc::Loop {
 public:
  void Post(Task task) override { tasks_.push_back(std::move(task)); }
  TimerId After(absl::Duration delay, Task task) override {
    timers_.emplace(now_ + delay, std::move(task));
    return timers_.size();
  }
  void Cancel(TimerId) override {}
  void Pass(absl::Duration time) {
    now_ += time;
    for (;;) {
      if (!tasks_.empty()) {
        Task task = std::move(tasks_.front());
        tasks_.pop_front();
        std::move(task)();
      } else if (!timers_.empty() && timers_.begin()->first <= now_) {
        Task task = std::move(timers_.extract(timers_.begin()).mapped());
        std::move(task)();
      } else {
        return;
      }
    }
  }

 private:
  absl::Time now_ = absl::UnixEpoch();
  std::deque<Task> tasks_;
  std::multimap<absl::Time, Task> timers_;
};

// Keeps what it is asked, and answers when it is told to.
class HoldingStore final : public events::Usage {
 public:
  void AddUsage(events::UsageBatch batch, absl::AnyInvocable<void(absl::Status) &&> done) override {
    std::string line = absl::StrCat(batch.number, ":");
    for (const events::UsageCount& count : batch.counts) {
      absl::StrAppend(&line, " ", count.key.caller, "=", count.calls);
    }
    asked.push_back(std::move(line));
    waiting = std::move(done);
  }
  absl::StatusOr<std::vector<events::UsageCount>> ListUsage(
      const events::UsageQuery&) const override {
    return absl::UnimplementedError("not asked here");
  }
  void Answer(absl::Status status) { std::move(waiting)(std::move(status)); }

  std::vector<std::string> asked;
  absl::AnyInvocable<void(absl::Status) &&> waiting;
};

class BookingTest : public testing::Test {
 protected:
  void SetUp() override {
    BookingOptions options;
    options.log = [this](absl::string_view line) { said_.emplace_back(line); };
    booking_ = std::make_shared<Booking>(loop_, meter_, store_, metrics_, std::move(options));
    ASSERT_TRUE(booking_->Start().ok());
    loop_.Pass(absl::ZeroDuration());
  }
  void Count(const char* caller) { meter_.End({caller, "main", "w/V"}, absl::OkStatus()); }

  StepLoop loop_;
  HoldingStore store_;
  std::vector<std::string> said_;
  FakeMetrics metrics_;
  Meter meter_{Days(absl::UTCTimeZone()), Counting::kOn, metrics_};
  std::shared_ptr<Booking> booking_;
};

TEST_F(BookingTest, WhatWasCountedIsStoredEachSecondAndNothingIsNotStored) {
  loop_.Pass(absl::Seconds(1));
  EXPECT_THAT(store_.asked, IsEmpty());
  Count("a");
  Count("a");
  loop_.Pass(absl::Seconds(1));
  EXPECT_THAT(store_.asked, ElementsAre("1: a=2"));
  store_.Answer(absl::OkStatus());
  Count("b");
  loop_.Pass(absl::Seconds(1));
  loop_.Pass(absl::Seconds(1));
  EXPECT_THAT(store_.asked, ElementsAre("1: a=2", "2: b=1"));
}

TEST_F(BookingTest, ABatchIsRepeatedUnchangedUntilItIsStored) {
  Count("a");
  loop_.Pass(absl::Seconds(1));
  Count("b");
  store_.Answer(absl::UnavailableError("a full disk"));
  loop_.Pass(absl::ZeroDuration());
  loop_.Pass(absl::Seconds(1));
  EXPECT_THAT(store_.asked, ElementsAre("1: a=1", "1: a=1"));
  store_.Answer(absl::OkStatus());
  loop_.Pass(absl::ZeroDuration());
  loop_.Pass(absl::Seconds(1));
  EXPECT_THAT(store_.asked, ElementsAre("1: a=1", "1: a=1", "2: b=1"));
  EXPECT_THAT(said_, ElementsAre("calls are counted in memory only: a full disk",
                                 "calls are counted in the event log again"));
}

TEST_F(BookingTest, WhatIsLeftIsHandedOverAtTheEnd) {
  Count("a");
  loop_.Pass(absl::Seconds(1));
  Count("b");
  booking_.reset();
  EXPECT_THAT(store_.asked, ElementsAre("1: a=1", "1: a=1", "2: b=1"));
}

}  // namespace
}  // namespace kyc::usage
