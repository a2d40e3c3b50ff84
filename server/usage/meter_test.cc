#include "server/usage/meter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/call/testing/fake_metrics.h"
#include "server/usage/metered.h"

namespace kyc::usage {
namespace {

using events::Billing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

absl::Status ErrorOf(const std::string& reason, Outcome outcome) {
  Error error;
  error.code = absl::StatusCode::kUnavailable;
  error.reason = reason;
  error.message = "Something happened";
  error.metadata = {{"outcome", std::string(OutcomeText(outcome))}};
  return ToStatus(error);
}

std::vector<std::string> Lines(Meter& meter) {
  std::vector<std::string> lines;
  for (const events::UsageCount& count : meter.Take()) {
    lines.push_back(absl::StrCat(DayText(count.key.day), " ", count.key.caller, " ",
                                 count.key.account, " ", count.key.method, " ",
                                 static_cast<int>(count.key.billing), " ", count.key.reason, " ",
                                 count.calls));
  }
  return lines;
}

class TellingMetrics final : public FakeMetrics {
 public:
  void CallOverQuota(absl::string_view caller, absl::string_view limit) override {
    told.push_back(absl::StrCat(caller, " over ", limit));
  }
  void UpstreamQuotaExceeded(absl::string_view upstream, absl::string_view account,
                             absl::Time since) override {
    told.push_back(absl::StrCat(upstream, " ", account, " ", absl::ToUnixSeconds(since)));
  }
  std::vector<std::string> told;
};

class MeterTest : public testing::Test {
 protected:
  static constexpr CallTo kCall = {"a", "main", "w/V"};
  absl::Time now_ = absl::FromUnixSeconds(1'795'885'199);  // 2026-11-28T23:59:59 in Jakarta.
  TellingMetrics metrics_;
  Meter meter_{Days(absl::FixedTimeZone(7 * 60 * 60)), Counting::kOn, metrics_,
               [this] { return now_; }, [this] { return now_; }};
};

TEST_F(MeterTest, AnOutcomeSaysWhatACallMeansForTheInvoice) {
  meter_.End(kCall, absl::OkStatus());
  meter_.End(kCall, ErrorOf("QUOTA_EXCEEDED", Outcome::kRefused));
  meter_.End(kCall, ErrorOf("UPSTREAM_EXCEPTION", Outcome::kAnswered));
  meter_.End(kCall, ErrorOf("UPSTREAM_TIMEOUT", Outcome::kUnknown));
  meter_.End(kCall, ErrorOf("CIRCUIT_OPEN", Outcome::kNotSent));
  meter_.End(kCall, absl::UnknownError("without an ErrorInfo"));
  EXPECT_THAT(Lines(meter_), UnorderedElementsAre("2026-11-28 a main w/V 3  1",
                                                  "2026-11-28 a main w/V 3 QUOTA_EXCEEDED 1",
                                                  "2026-11-28 a main w/V 3 UPSTREAM_EXCEPTION 1",
                                                  "2026-11-28 a main w/V 2 UPSTREAM_TIMEOUT 1",
                                                  "2026-11-28 a main w/V 1 CIRCUIT_OPEN 1",
                                                  "2026-11-28 a main w/V 2 UNKNOWN 1"));
}

TEST_F(MeterTest, WhatSentNothingIsNotBilled) {
  meter_.CountReplay(kCall);
  meter_.CountUnsent(kCall, ErrorOf("REQUEST_OUTCOME_UNKNOWN", Outcome::kUnknown));
  EndedCall ended = EndedBy(absl::CancelledError());
  ended.caller = "b";
  ended.method = "w/V";
  meter_.CountUnhandled(ended);
  EXPECT_THAT(Lines(meter_), UnorderedElementsAre("2026-11-28 a main w/V 1 REPLAY 1",
                                                  "2026-11-28 a main w/V 1 "
                                                  "REQUEST_OUTCOME_UNKNOWN 1",
                                                  "2026-11-28 b  w/V 1 CALLER_CANCELLED 1"));
}

TEST_F(MeterTest, ACallBelongsToTheDayOnWhichItEnds) {
  meter_.End(kCall, absl::OkStatus());
  now_ += absl::Seconds(1);
  meter_.End(kCall, absl::OkStatus());
  EXPECT_THAT(Lines(meter_),
              UnorderedElementsAre("2026-11-28 a main w/V 3  1", "2026-11-29 a main w/V 3  1"));
  EXPECT_THAT(Lines(meter_), IsEmpty());
}

TEST_F(MeterTest, WhoIsOverItsLimitIsToldWhenToComeAgain) {
  meter_.UseLimits({{.caller = "a", .calls_per_second = 1, .burst = 1}});
  EXPECT_TRUE(meter_.Begin(kCall).ok());
  const absl::Status second = meter_.Begin(kCall);
  EXPECT_EQ(second.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(second), "CALLER_QUOTA_EXCEEDED");
  EXPECT_EQ(MetadataOf(second, "outcome"), "not_sent");
  EXPECT_EQ(MetadataOf(second, "limit"), "calls_per_second");
  EXPECT_TRUE(second.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  meter_.UseLimits({{.caller = "a", .calls_per_day = 1}});
  meter_.End(kCall, absl::OkStatus());
  const absl::Status day = meter_.Begin(kCall);
  EXPECT_EQ(MetadataOf(day, "limit"), "calls_per_day");
  EXPECT_EQ(MetadataOf(day, "resetTime"), "2026-11-29T00:00:00+07:00");
  EXPECT_FALSE(day.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  EXPECT_THAT(metrics_.told, ElementsAre("a over calls_per_second", "a over calls_per_day"));
  EXPECT_THAT(Lines(meter_),
              UnorderedElementsAre("2026-11-28 a main w/V 3  1",
                                   "2026-11-28 a main w/V 1 CALLER_QUOTA_EXCEEDED 2"));
  now_ += absl::Seconds(1);
  EXPECT_TRUE(meter_.Begin(kCall).ok()) << "it is another day";
}

TEST_F(MeterTest, SinceWhenAnUpstreamsQuotaIsUsedUpIsToldOnce) {
  const CallTo call = {"a", "main", "widekyc.v1.WideKycService/ValidateId"};
  meter_.End(call, absl::OkStatus());
  meter_.End(call, ErrorOf("QUOTA_EXCEEDED", Outcome::kRefused));
  now_ += absl::Hours(1);
  meter_.End(call, ErrorOf("QUOTA_EXCEEDED", Outcome::kRefused));
  meter_.End(call, ErrorOf("UPSTREAM_TIMEOUT", Outcome::kUnknown));
  EXPECT_THAT(metrics_.told, ElementsAre("widekyc main 1795885199"));
  meter_.End(call, absl::OkStatus());
  EXPECT_THAT(metrics_.told, ElementsAre("widekyc main 1795885199", "widekyc main 0"));
}

TEST_F(MeterTest, AMeteredCallIsCountedOnceItIsAnswered) {
  const std::shared_ptr<Meter> meter(&meter_, [](Meter*) {});
  Done<int> answer;
  ReadyCall<int> call =
      Metered<int>(meter, "w/V",
                   {"main", [&](const CallContext&, Done<int> done) { answer = std::move(done); }});
  EXPECT_EQ(call.account, "main");
  CallContext context;
  context.caller = "a";
  int answered = 0;
  std::move(call.send)(context, [&](absl::StatusOr<int> got) { answered = *got; });
  EXPECT_THAT(Lines(meter_), IsEmpty());
  std::move(answer)(7);
  EXPECT_EQ(answered, 7);
  EXPECT_THAT(Lines(meter_), ElementsAre("2026-11-28 a main w/V 3  1"));
}

TEST_F(MeterTest, ACallOverItsLimitIsNotSent) {
  const std::shared_ptr<Meter> meter(&meter_, [](Meter*) {});
  meter_.UseLimits({{.caller = "a", .calls_per_second = 1, .burst = 1}});
  EXPECT_TRUE(meter_.Begin(kCall).ok());
  bool sent = false;
  ReadyCall<int> call =
      Metered<int>(meter, "w/V", {"main", [&](const CallContext&, Done<int>) { sent = true; }});
  CallContext context;
  context.caller = "a";
  absl::Status got;
  std::move(call.send)(context, [&](absl::StatusOr<int> answer) { got = answer.status(); });
  EXPECT_EQ(ReasonOf(got), "CALLER_QUOTA_EXCEEDED");
  EXPECT_FALSE(sent);
}

}  // namespace
}  // namespace kyc::usage
