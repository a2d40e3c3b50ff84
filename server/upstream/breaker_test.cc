#include "server/upstream/breaker.h"

#include <string>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/upstream/fake_time.h"
#include "server/upstream/test_client.h"

namespace kyc::upstream {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BreakerTest : public testing::Test {
 protected:
  void Send() {
    send_({}, TextRequest("http://upstream/", "{}"),
          [this](HttpResult result) { last_ = std::move(result); });
  }
  void SendAndAnswer(int status) {
    Send();
    upstream_.Answer(status);
  }
  void Open() {
    for (int i = 0; i < 20; ++i) SendAndAnswer(500);
    ASSERT_THAT(changes_, ElementsAre("open"));
    changes_.clear();
  }
  // Whether a call that is sent now reaches the upstream.
  bool LetsThrough() {
    const int before = upstream_.calls();
    Send();
    return upstream_.calls() > before;
  }

  FakeTime time_;
  HandUpstream upstream_;
  std::vector<std::string> changes_;
  HttpResult last_;
  SendHttp send_ = WithBreaker(upstream_.AsSend(), config::Breaker(), time_.AsNow(),
                               [this](absl::string_view state) { changes_.emplace_back(state); });
};

TEST_F(BreakerTest, HalfOfTwentyCallsFailedOpensIt) {
  for (int i = 0; i < 10; ++i) SendAndAnswer(200);
  for (int i = 0; i < 9; ++i) SendAndAnswer(500);
  EXPECT_THAT(changes_, IsEmpty());
  SendAndAnswer(500);
  EXPECT_THAT(changes_, ElementsAre("open"));
}

TEST_F(BreakerTest, OpenRefusesWithTheTimeThatIsLeft) {
  Open();
  time_.Pass(absl::Seconds(2));
  EXPECT_FALSE(LetsThrough());
  EXPECT_EQ(Describe(last_), "circuit_open not sent");
  EXPECT_EQ(std::get<HttpFailure>(last_).retry_after, absl::Seconds(3));
}

TEST_F(BreakerTest, FewerThanTheLeastNumberOfCallsNeverOpenIt) {
  for (int i = 0; i < 19; ++i) SendAndAnswer(500);
  EXPECT_THAT(changes_, IsEmpty());
}

TEST_F(BreakerTest, FailuresOlderThanTheWindowAreForgotten) {
  for (int i = 0; i < 19; ++i) SendAndAnswer(500);
  time_.Pass(absl::Seconds(11));
  for (int i = 0; i < 19; ++i) SendAndAnswer(500);
  EXPECT_THAT(changes_, IsEmpty());
}

TEST_F(BreakerTest, AnswersThatAreNoFaultsNeverOpenIt) {
  for (int status : {200, 302, 400, 401, 403, 404, 409, 422, 429}) {
    for (int i = 0; i < 30; ++i) SendAndAnswer(status);
  }
  EXPECT_THAT(changes_, IsEmpty());
}

TEST_F(BreakerTest, TransportFaultsOpenIt) {
  const FailureKind kinds[] = {FailureKind::kUnreachable, FailureKind::kConnectionLost,
                               FailureKind::kAttemptTimeout, FailureKind::kReplyUnreadable};
  for (int i = 0; i < 20; ++i) {
    Send();
    upstream_.Fail(kinds[i % 4], true);
  }
  EXPECT_THAT(changes_, ElementsAre("open"));
}

TEST_F(BreakerTest, WhatSaysNothingOfTheUpstreamCountsAsNothing) {
  for (FailureKind kind :
       {FailureKind::kCallerDeadline, FailureKind::kCancelled, FailureKind::kNoSlot}) {
    for (int i = 0; i < 30; ++i) {
      Send();
      upstream_.Fail(kind, false);
    }
  }
  for (int i = 0; i < 19; ++i) SendAndAnswer(500);
  EXPECT_THAT(changes_, IsEmpty());
}

TEST_F(BreakerTest, ThreeGoodProbesCloseIt) {
  Open();
  time_.Pass(absl::Seconds(5));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(LetsThrough());
  EXPECT_FALSE(LetsThrough());
  EXPECT_EQ(Describe(last_), "circuit_open not sent");
  for (int i = 0; i < 3; ++i) upstream_.Answer(200);
  EXPECT_THAT(changes_, ElementsAre("half_open", "closed"));
  for (int i = 0; i < 19; ++i) SendAndAnswer(500);  // Counted from the start.
  EXPECT_THAT(changes_, ElementsAre("half_open", "closed"));
}

TEST_F(BreakerTest, OneBadProbeOpensItAgain) {
  Open();
  time_.Pass(absl::Seconds(5));
  Send();
  Send();
  upstream_.Answer(200);
  upstream_.Answer(502);
  EXPECT_THAT(changes_, ElementsAre("half_open", "open"));
  time_.Pass(absl::Seconds(4));
  EXPECT_FALSE(LetsThrough());
}

TEST_F(BreakerTest, ProbeThatSaysNothingIsReplaced) {
  Open();
  time_.Pass(absl::Seconds(5));
  for (int i = 0; i < 3; ++i) Send();
  upstream_.Fail(FailureKind::kCancelled, true);
  EXPECT_TRUE(LetsThrough());
  EXPECT_FALSE(LetsThrough());
}

TEST_F(BreakerTest, LateFailureFromBeforeDoesNotReopenAHalfOpenOne) {
  for (int i = 0; i < 21; ++i) Send();
  for (int i = 0; i < 20; ++i) upstream_.Answer(500);
  time_.Pass(absl::Seconds(5));
  Send();
  ASSERT_THAT(changes_, ElementsAre("open", "half_open"));
  upstream_.Answer(500);  // The 21st of the calls from before.
  EXPECT_THAT(changes_, ElementsAre("open", "half_open"));
}

TEST(DisabledBreakerTest, NeverOpens) {
  HandUpstream upstream;
  FakeTime time;
  config::Breaker options;
  options.disabled = true;
  const SendHttp send = WithBreaker(upstream.AsSend(), options, time.AsNow(), nullptr);
  for (int i = 0; i < 100; ++i) {
    send({}, TextRequest("http://upstream/", "{}"), [](HttpResult) {});
    upstream.Answer(500);
  }
  EXPECT_EQ(upstream.calls(), 100);
}

}  // namespace
}  // namespace kyc::upstream
