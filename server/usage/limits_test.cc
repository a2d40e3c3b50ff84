#include "server/usage/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kyc::usage {
namespace {

using events::Billing;
using Kind = OverLimit::Kind;

constexpr CallTo kValidate = {"a", "main", "w/Validate"};
constexpr CallTo kLiveness = {"a", "main", "w/Liveness"};

class LimitsTest : public testing::Test {
 protected:
  // "ok", "day", or for how long to wait.
  std::string Begin(const CallTo& call = kValidate) {
    const auto over = limits_.Begin(call, now_, day_);
    if (!over.has_value()) return "ok";
    return over->kind == Kind::kDay ? "day" : absl::FormatDuration(over->retry_after);
  }
  void End(bool reached = true, const CallTo& call = kValidate) {
    limits_.End(call, reached, day_);
  }
  int64_t Used() { return limits_.Days(day_).at(0).used; }

  Limits limits_;
  absl::Time now_ = absl::FromUnixSeconds(1000);
  int64_t day_ = 20'000;
};

TEST_F(LimitsTest, WhoHasNoneIsNeverRefused) {
  EXPECT_EQ(Begin(), "ok");
  limits_.Use({{.caller = "b", .calls_per_day = 1}});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Begin(), "ok");
}

TEST_F(LimitsTest, ABurstGoesAtOnceThenSoManyASecond) {
  limits_.Use({{.caller = "a", .calls_per_second = 10, .burst = 3}});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Begin(), "ok");
  EXPECT_EQ(Begin(), "100ms");
  now_ += absl::Milliseconds(50);
  EXPECT_EQ(Begin(), "50ms");
  now_ += absl::Milliseconds(50);
  EXPECT_EQ(Begin(), "ok");
  EXPECT_EQ(Begin(), "100ms");
  now_ += absl::Hours(1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Begin(), "ok");
  EXPECT_EQ(Begin(), "100ms");
}

TEST_F(LimitsTest, OfADayCountsWhatMayHaveReachedTheUpstream) {
  limits_.Use({{.caller = "a", .calls_per_day = 2}});
  EXPECT_EQ(Begin(), "ok");
  EXPECT_EQ(Begin(), "ok");
  EXPECT_EQ(Begin(), "day") << "both are under way";
  End(false);
  EXPECT_EQ(Begin(), "ok") << "one did not reach it";
  End(true);
  End(true);
  EXPECT_EQ(Begin(), "day");
  ++day_;
  EXPECT_EQ(Begin(), "ok");
}

TEST_F(LimitsTest, ACallIsCountedOnceOnItsWayIntoTheStore) {
  limits_.Use({{.caller = "a", .calls_per_day = 100}});
  Begin();
  End();
  EXPECT_EQ(Used(), 1);
  limits_.Taken();
  Begin();
  End();
  EXPECT_EQ(Used(), 2);
  limits_.Stored();
  EXPECT_EQ(Used(), 2);
  // With what another process has counted; what is not for the upstream's invoice does not count.
  limits_.UseTotals(
      day_,
      {{{.day = day_, .caller = "a", .method = "w/Validate", .billing = Billing::kAnswered}, 41},
       {{.day = day_, .caller = "a", .method = "w/Liveness", .billing = Billing::kMayBeBilled}, 1},
       {{.day = day_, .caller = "a", .method = "w/Validate", .billing = Billing::kSurelyNotBilled},
        1000},
       {{.day = day_, .caller = "b", .method = "w/Validate", .billing = Billing::kAnswered},
        1000}});
  EXPECT_EQ(Used(), 43);
}

TEST_F(LimitsTest, ALimitOfAMethodIsThatMethodsAndAllThatApplyMustHold) {
  limits_.Use({{.caller = "a", .calls_per_day = 3},
               {.caller = "a", .method = "w/Validate", .calls_per_day = 1}});
  EXPECT_EQ(Begin(kValidate), "ok");
  EXPECT_EQ(Begin(kValidate), "day");
  EXPECT_EQ(Begin(kLiveness), "ok");
  EXPECT_EQ(Begin(kLiveness), "ok");
  EXPECT_EQ(Begin(kLiveness), "day") << "what was refused took nothing";
}

TEST_F(LimitsTest, ACallThatOneLimitRefusesTakesNothingOfAnother) {
  limits_.Use({{.caller = "a", .calls_per_second = 1, .burst = 2},
               {.caller = "a", .method = "w/Validate", .calls_per_second = 1, .burst = 1}});
  EXPECT_EQ(Begin(kValidate), "ok");
  EXPECT_EQ(Begin(kValidate), "1s");
  EXPECT_EQ(Begin(kLiveness), "ok");
  EXPECT_EQ(Begin(kLiveness), "1s");
}

TEST_F(LimitsTest, AChangedLimitGoesOnWhereItWas) {
  limits_.Use({{.caller = "a", .calls_per_second = 1, .burst = 1, .calls_per_day = 5}});
  EXPECT_EQ(Begin(), "ok");
  limits_.Use({{.caller = "a", .calls_per_second = 1, .burst = 9, .calls_per_day = 2}});
  EXPECT_EQ(Begin(), "1s") << "no new burst";
  End();
  now_ += absl::Hours(1);
  EXPECT_EQ(Begin(), "ok");
  EXPECT_EQ(Begin(), "day");
  limits_.Use({});
  End();
  EXPECT_EQ(Begin(), "ok");
}

}  // namespace
}  // namespace kyc::usage
