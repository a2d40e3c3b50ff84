#include "server/upstream/retry.h"

#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/upstream/testing/fake_time.h"
#include "server/upstream/testing/test_client.h"

namespace kyc::upstream {
namespace {

class RetryTest : public testing::Test {
 protected:
  // Sends a call whose result lands in `results_`.
  void Send() {
    send_(context_, TextRequest("http://upstream/", "the body"),
          [this](HttpResult result) { results_.push_back(std::move(result)); });
  }
  // The jitter's full length.
  void PassPauses() { time_.Pass(absl::Seconds(1)); }

  FakeTime time_;
  HandUpstream upstream_;
  double random_ = 0.999;
  int retries_ = 0;
  CallContext context_;
  std::vector<HttpResult> results_;
  SendHttp send_ = Retry(
      upstream_.AsSend(), RetryOptions(), time_.AsAfter(), time_.AsNow(),
      [this] { return random_; }, [this] { ++retries_; });
};

TEST_F(RetryTest, UnreachableIsSentAgainWithTheSameBody) {
  Send();
  upstream_.Fail(FailureKind::kUnreachable, false);
  EXPECT_EQ(upstream_.calls(), 1);  // Not before the pause.
  PassPauses();
  upstream_.Answer(200);

  ASSERT_EQ(results_.size(), 1u);
  EXPECT_EQ(std::get<HttpResponse>(results_[0]).status, 200);
  EXPECT_EQ(std::get<HttpResponse>(results_[0]).attempts, 2);
  EXPECT_THAT(upstream_.bodies(), testing::ElementsAre("the body", "the body"));
  EXPECT_EQ(retries_, 1);
}

TEST_F(RetryTest, UnsentConnectionLossIsSentAgain) {
  Send();
  upstream_.Fail(FailureKind::kConnectionLost, false);
  PassPauses();
  EXPECT_EQ(upstream_.calls(), 2);
}

TEST_F(RetryTest, ThirdAttemptIsTheLast) {
  Send();
  for (int attempt = 0; attempt < 3; ++attempt) {
    upstream_.Fail(FailureKind::kUnreachable, false);
    PassPauses();
  }
  EXPECT_EQ(upstream_.calls(), 3);
  ASSERT_EQ(results_.size(), 1u);
  EXPECT_EQ(Describe(results_[0]), "unreachable not sent");
  EXPECT_EQ(std::get<HttpFailure>(results_[0]).attempts, 3);
}

TEST_F(RetryTest, PausesAreJitteredAndGrow) {
  random_ = 0.5;
  Send();
  upstream_.Fail(FailureKind::kUnreachable, false);
  time_.Pass(absl::Milliseconds(49));
  EXPECT_EQ(upstream_.calls(), 1);
  time_.Pass(absl::Milliseconds(1));
  EXPECT_EQ(upstream_.calls(), 2);
  upstream_.Fail(FailureKind::kUnreachable, false);
  time_.Pass(absl::Milliseconds(99));
  EXPECT_EQ(upstream_.calls(), 2);
  time_.Pass(absl::Milliseconds(1));
  EXPECT_EQ(upstream_.calls(), 3);
}

struct Final {
  const char* name;
  HttpResult result;
};

TEST_F(RetryTest, WhatMayHaveReachedTheUpstreamIsNeverSentAgain) {
  const Final finals[] = {
      {"lost", HttpFailure{.kind = FailureKind::kConnectionLost, .sent = true, .cause = {}}},
      {"timeout", HttpFailure{.kind = FailureKind::kAttemptTimeout, .sent = true, .cause = {}}},
      {"timeout before", HttpFailure{.kind = FailureKind::kAttemptTimeout, .cause = {}}},
      {"unreachable but sent",
       HttpFailure{.kind = FailureKind::kUnreachable, .sent = true, .cause = {}}},
      {"unreadable", HttpFailure{.kind = FailureKind::kReplyUnreadable, .sent = true, .cause = {}}},
      {"cancelled", HttpFailure{.kind = FailureKind::kCancelled, .cause = {}}},
      {"deadline", HttpFailure{.kind = FailureKind::kCallerDeadline, .cause = {}}},
      {"500", HttpResponse{.status = 500, .headers = {}, .body = {}}},
      {"503", HttpResponse{.status = 503, .headers = {}, .body = {}}},
      {"429", HttpResponse{.status = 429, .headers = {}, .body = {}}},
  };
  int calls = 0;
  for (const Final& final : finals) {
    Send();
    upstream_.Answer(final.result);
    PassPauses();
    EXPECT_EQ(upstream_.calls(), ++calls) << final.name;
    EXPECT_EQ(results_.size(), size_t(calls)) << final.name;
  }
}

TEST_F(RetryTest, DeadlineThatLeavesNoRoomEndsTheCallAtOnce) {
  context_.deadline = time_.now() + absl::Milliseconds(300);
  Send();
  upstream_.Fail(FailureKind::kUnreachable, false);
  ASSERT_EQ(results_.size(), 1u);
  EXPECT_EQ(Describe(results_[0]), "unreachable not sent");
}

TEST_F(RetryTest, CancelledCallIsNotSentAgain) {
  std::stop_source stop;
  context_.cancel = stop.get_token();
  Send();
  stop.request_stop();
  upstream_.Fail(FailureKind::kUnreachable, false);
  PassPauses();
  EXPECT_EQ(upstream_.calls(), 1);
  EXPECT_EQ(results_.size(), 1u);
}

TEST_F(RetryTest, CallCancelledInAPauseEndsAtOnceWithoutAnotherAttempt) {
  std::stop_source stop;
  context_.cancel = stop.get_token();
  Send();
  upstream_.Fail(FailureKind::kUnreachable, false);
  EXPECT_EQ(results_.size(), 0u);
  stop.request_stop();
  ASSERT_EQ(results_.size(), 1u);
  EXPECT_EQ(Describe(results_[0]), "cancelled not sent");
  PassPauses();
  EXPECT_EQ(upstream_.calls(), 1);
  EXPECT_EQ(results_.size(), 1u);
  EXPECT_EQ(std::get<HttpFailure>(results_[0]).attempts, 1);
  EXPECT_EQ(retries_, 0);
}

TEST_F(RetryTest, BudgetIsThreeAndATenthOfTheCalls) {
  constexpr int kCalls = 100;
  for (int i = 0; i < kCalls; ++i) {
    Send();
    while (upstream_.waiting() > 0) {
      upstream_.Fail(FailureKind::kUnreachable, false);
      PassPauses();
    }
  }
  EXPECT_EQ(results_.size(), size_t(kCalls));
  EXPECT_EQ(retries_, 3 + kCalls / 10);
}

}  // namespace
}  // namespace kyc::upstream
