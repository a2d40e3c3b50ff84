#include "server/netzme/stream/hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "server/events/testing/temporary_log.h"
#include "server/netzme/stream/testing/fake_loop.h"

namespace kyc::netzme {
namespace {

using ::netzme::v1::UpgradeFilter;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FakeWatcher final : public Watcher {
 public:
  void OnGrew(events::Position before) override {
    told_.push_back(before.sequence);
    if (on_grew_) on_grew_();
  }
  void OnTrimming(int64_t through) override { trimming_.push_back(through); }
  void OnLost(const absl::Status& why) override { lost_.push_back(why); }
  const std::string& caller() const override { return caller_; }
  int64_t behind(events::Position newest) const override { return newest.sequence - at_; }
  void Stands(std::string caller, int64_t at) {
    caller_ = std::move(caller);
    at_ = at;
  }
  std::vector<int64_t> Told() { return std::exchange(told_, {}); }
  std::vector<int64_t> Trimming() { return std::exchange(trimming_, {}); }
  std::vector<absl::Status> Lost() { return std::exchange(lost_, {}); }
  void set_on_grew(std::function<void()> on_grew) { on_grew_ = std::move(on_grew); }

 private:
  std::function<void()> on_grew_;
  std::string caller_;
  int64_t at_ = 0;
  std::vector<int64_t> told_;
  std::vector<int64_t> trimming_;
  std::vector<absl::Status> lost_;
};

Filter OfReferences(std::vector<std::string> references) {
  UpgradeFilter filter;
  for (std::string& reference : references) {
    filter.add_original_reference_nos(std::move(reference));
  }
  return Filter(std::move(filter));
}

class HubTest : public testing::Test {
 protected:
  void Append(const std::string& reference, size_t raw_bytes = 1) {
    ::netzme::v1::UpgradeEvent event;
    event.set_original_reference_no(reference);
    event.set_status(::netzme::v1::UPGRADE_STATUS_APPROVED);
    event.set_status_text(std::to_string(++appended_));
    event.set_raw_body(std::string(raw_bytes, 'x'));
    log_.Append(std::move(event));
    loop_.WaitForPosts(appended_);
  }
  Clocks Clock() {
    return {[this] { return loop_.now(); }, [this] { return loop_.now() - set_back_; }};
  }
  void RunLoop() {
    while (loop_.RunOne()) {
    }
  }

  events::TemporaryLog log_;
  FakeLoop loop_;
  absl::Duration set_back_;  // The wall clock.
  int appended_ = 0;
};

TEST_F(HubTest, WatcherOfReferencesIsToldOfItsOwnAlone) {
  Hub hub(log_.log(), loop_, Clock(), {});
  FakeWatcher one, two, all;
  const Filter of_one = OfReferences({"R-1", "R-3"});
  const Filter of_two = OfReferences({"R-2"});
  const Filter of_all = OfReferences({});
  hub.Add(&one, of_one);
  hub.Add(&two, of_two);
  hub.Add(&all, of_all);
  for (const char* reference : {"R-1", "R-4", "R-2", "R-3"}) Append(reference);
  RunLoop();
  EXPECT_THAT(one.Told(), ElementsAre(0, 3));
  EXPECT_THAT(two.Told(), ElementsAre(2));
  EXPECT_THAT(all.Told(), ElementsAre(0, 1, 2, 3));

  hub.Remove(&one, of_one);
  hub.Remove(&all, of_all);
  Append("R-1");
  Append("R-2");
  RunLoop();
  EXPECT_THAT(one.Told(), IsEmpty());
  EXPECT_THAT(two.Told(), ElementsAre(5));
  EXPECT_THAT(all.Told(), IsEmpty());
}

TEST_F(HubTest, HowTheStreamsOfEachCallerStandEachCountedOnce) {
  Hub hub(log_.log(), loop_, Clock(), {});
  EXPECT_THAT(hub.Standings(), IsEmpty());
  FakeWatcher one, two, all;
  const Filter of_two = OfReferences({"R-1", "R-2", "R-3"});
  const Filter of_all = OfReferences({});
  one.Stands("billing", 4);
  two.Stands("billing", 1);
  all.Stands("app", 4);
  hub.Add(&one, of_all);
  hub.Add(&two, of_two);
  hub.Add(&all, of_all);
  for (const char* reference : {"R-1", "R-2", "R-3", "R-4"}) Append(reference);
  RunLoop();
  const std::vector<Standing> standings = hub.Standings();
  ASSERT_EQ(standings.size(), 2u);
  EXPECT_EQ(standings[0].caller, "app");
  EXPECT_EQ(standings[0].streams, 1);
  EXPECT_EQ(standings[0].behind, 0);
  EXPECT_EQ(standings[1].caller, "billing");
  EXPECT_EQ(standings[1].streams, 2);
  EXPECT_EQ(standings[1].behind, 1);
  EXPECT_EQ(standings[1].furthest, 3);
}

// One watcher of every event, who takes his time.
class HubRoundTest : public HubTest {
 protected:
  HubRoundTest() { hub_.Add(&all_, of_all_); }

  void EachRoundTakes(absl::Duration duration) {
    all_.set_on_grew([=, this] { loop_.AdvanceToTimer(loop_.now() + duration); });
  }
  bool TimerIsDueAfter(absl::Duration duration) {
    return loop_.AdvanceToTimer(loop_.now() + duration);
  }

  FakeWatcher all_;
  const Filter of_all_ = OfReferences({});
  Hub hub_{log_.log(), loop_, Clock(), {}};
};

TEST_F(HubRoundTest, CommitsDuringALongRoundShareTheNext) {
  EachRoundTakes(absl::Milliseconds(3));
  Append("R-1");
  RunLoop();
  EXPECT_THAT(all_.Told(), ElementsAre(0)) << "nothing waits after quiet";
  Append("R-1");
  Append("R-1");
  RunLoop();
  EXPECT_THAT(all_.Told(), IsEmpty());
  EXPECT_EQ(hub_.ring().newest().sequence, 1);
  EXPECT_FALSE(TimerIsDueAfter(absl::Milliseconds(2)));
  EXPECT_TRUE(TimerIsDueAfter(absl::Milliseconds(1)));
  EXPECT_THAT(all_.Told(), ElementsAre(1)) << "both at once";
  EXPECT_EQ(hub_.ring().newest().sequence, 3);
}

TEST_F(HubRoundTest, NoCommitWaitsLongerThanFiveMilliseconds) {
  EachRoundTakes(absl::Seconds(10));
  Append("R-1");
  RunLoop();
  Append("R-1");
  RunLoop();
  EXPECT_THAT(all_.Told(), ElementsAre(0));
  EXPECT_TRUE(TimerIsDueAfter(absl::Milliseconds(5)));
  EXPECT_THAT(all_.Told(), ElementsAre(1));
}

TEST_F(HubRoundTest, CommitAfterARoundWaitsForNothing) {
  EachRoundTakes(absl::Milliseconds(3));
  Append("R-1");
  RunLoop();
  log_.Advance(1);
  Append("R-1");
  RunLoop();
  EXPECT_THAT(all_.Told(), ElementsAre(0, 1));
}

TEST_F(HubRoundTest, AWallClockThatIsSetMakesNobodyWaitLonger) {
  for (const absl::Duration set_back : {absl::Hours(1), -absl::Hours(24 * 91)}) {
    EachRoundTakes(absl::Milliseconds(3));
    Append("R-1");
    RunLoop();
    TimerIsDueAfter(absl::Milliseconds(5));
    all_.Told();
    set_back_ = set_back;
    Append("R-1");
    RunLoop();
    TimerIsDueAfter(absl::Milliseconds(5));
    EXPECT_THAT(all_.Told(), ElementsAre(appended_ - 1));
  }
}

TEST_F(HubTest, ARingWithAGapBeginsAnewAfterIt) {
  Ring ring({1, 1}, 10, 1 << 20);
  events::Event event;
  for (int64_t sequence : {2, 3, 5}) {
    event.position = {sequence, 7};
    ring.Append(event);
    EXPECT_EQ(ring.newest().sequence, sequence);
  }
  EXPECT_EQ(ring.size(), 0U);
  EXPECT_EQ(ring.floor().sequence, 5) << "what lies before is the log's to tell";
  event.position = {6, 8};
  ring.Append(event);
  EXPECT_EQ(ring.size(), 1U);
}

TEST_F(HubTest, EveryWatcherIsToldWhatIsAboutToBeRemoved) {
  events::TemporaryLog log(2, absl::Seconds(20));
  Hub hub(log.log(), loop_, Clock(), {});
  FakeWatcher one, all;
  const Filter of_one = OfReferences({"R-1"});
  const Filter of_all = OfReferences({});
  hub.Add(&one, of_one);
  hub.Add(&all, of_all);
  for (int i = 1; i <= 3; ++i) {
    ::netzme::v1::UpgradeEvent event;
    event.set_original_reference_no(std::to_string(i));
    event.set_status(::netzme::v1::UPGRADE_STATUS_APPROVED);
    log.Append(std::move(event));
    loop_.WaitForPosts(i);  // Over PostgreSQL commits that come together are told together.
  }
  RunLoop();
  EXPECT_THAT(all.Trimming(), IsEmpty());
  log.Advance(10);
  loop_.WaitForPosts(4);
  RunLoop();
  EXPECT_THAT(one.Trimming(), ElementsAre(1));
  EXPECT_THAT(all.Trimming(), ElementsAre(1));
  EXPECT_EQ(log.log().ends().oldest.sequence, 0) << "it is still there";
}

TEST_F(HubTest, RingKeepsTheNewestWithinBothLimits) {
  Hub hub(log_.log(), loop_, Clock(), {.events = 3, .bytes = 100'000});
  FakeWatcher all;
  const Filter of_all = OfReferences({});
  hub.Add(&all, of_all);
  for (int i = 0; i < 5; ++i) Append("R-1");
  RunLoop();
  EXPECT_EQ(hub.ring().size(), 3U);
  EXPECT_EQ(hub.ring().floor().sequence, 2);
  EXPECT_EQ(hub.ring().newest().sequence, 5);
  EXPECT_EQ(hub.ring().FirstAfter(2), 0U);
  EXPECT_EQ(hub.ring().FirstAfter(4), 2U);
  EXPECT_EQ(hub.ring().FirstAfter(9), 3U);

  Append("R-1", 60'000);
  Append("R-1", 60'000);
  RunLoop();
  EXPECT_EQ(hub.ring().size(), 1U);
  EXPECT_EQ(hub.ring().floor().sequence, 6);
}

TEST_F(HubTest, RingHoldsNothingWhileNobodyWatches) {
  Hub hub(log_.log(), loop_, Clock(), {});
  FakeWatcher one;
  const Filter of_one = OfReferences({"R-1"});
  hub.Add(&one, of_one);
  Append("R-2");
  RunLoop();
  EXPECT_EQ(hub.ring().size(), 1U);
  hub.Remove(&one, of_one);
  Append("R-1");
  RunLoop();
  EXPECT_EQ(hub.ring().size(), 0U);
  EXPECT_EQ(hub.ring().floor().sequence, 2);
  hub.Add(&one, of_one);
  Append("R-1");
  RunLoop();
  EXPECT_EQ(hub.ring().size(), 1U);
  EXPECT_THAT(one.Told(), ElementsAre(2));
}

TEST_F(HubTest, WhatWasErasedIsNotKeptInMemory) {
  Hub hub(log_.log(), loop_, Clock(), {});
  FakeWatcher all;
  const Filter of_all = OfReferences({});
  hub.Add(&all, of_all);
  Append("R-1");
  Append("R-2");
  RunLoop();
  ASSERT_EQ(hub.ring().size(), 2U);
  log_.log().Act({events::PersonalAct::Kind::kErase, {.reference = "R-1"}, "officer"},
                 [](const auto&) {});
  loop_.WaitForPosts(3);
  RunLoop();
  EXPECT_EQ(hub.ring().size(), 0U);
  EXPECT_EQ(hub.ring().floor().sequence, 2);
  hub.Remove(&all, of_all);
}

TEST_F(HubTest, BeginsAtTheEndOfALogWithEvents) {
  log_.Append([] {
    ::netzme::v1::UpgradeEvent event;
    event.set_original_reference_no("R-1");
    event.set_status(::netzme::v1::UPGRADE_STATUS_APPROVED);
    return event;
  }());
  Hub hub(log_.log(), loop_, Clock(), {});
  EXPECT_EQ(hub.ring().floor().sequence, 1);
  EXPECT_EQ(hub.newest().sequence, 1);
  Append("R-2");
  EXPECT_EQ(hub.newest().sequence, 2) << "the log knows before the ring";
  EXPECT_EQ(hub.ring().newest().sequence, 1);
}

TEST_F(HubTest, CommitsAfterItsEndAreNobodys) {
  {
    Hub hub(log_.log(), loop_, Clock(), {});
    Append("R-1");
  }
  Append("R-1");
  RunLoop();
  EXPECT_EQ(log_.log().ends().newest.sequence, 2);
}

}  // namespace
}  // namespace kyc::netzme
