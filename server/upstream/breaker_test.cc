#include "server/upstream/breaker.h"

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/upstream/testing/fake_time.h"
#include "server/upstream/testing/test_client.h"

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
       {FailureKind::kCallerDeadline, FailureKind::kCancelled, FailureKind::kNoSlot,
        FailureKind::kUntrusted, FailureKind::kProxyUnauthorized, FailureKind::kProxyRefused}) {
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

TEST_F(BreakerTest, ProbeThatHangsKeepsNobodyOut) {
  Open();
  time_.Pass(absl::Seconds(5));
  Send();
  Send();
  Send();
  upstream_.Answer(200);
  upstream_.Answer(200);  // The third one hangs.
  EXPECT_TRUE(LetsThrough());
  upstream_.Fail(FailureKind::kAttemptTimeout, true);
  EXPECT_THAT(changes_, ElementsAre("half_open")) << "two were good, one was not";
  upstream_.Answer(200);
  EXPECT_THAT(changes_, ElementsAre("half_open", "closed"));
}

TEST_F(BreakerTest, OneGoodProbeAndAQuietWindowCloseIt) {
  Open();
  time_.Pass(absl::Seconds(5));
  SendAndAnswer(200);
  time_.Pass(absl::Seconds(10));
  SendAndAnswer(500);
  EXPECT_THAT(changes_, ElementsAre("half_open", "closed"));
}

TEST_F(BreakerTest, SilenceUntilTheCallerGaveUpIsAFailure) {
  for (int i = 0; i < 20; ++i) {
    Send();
    upstream_.Answer(
        HttpFailure{.kind = i % 2 ? FailureKind::kCallerDeadline : FailureKind::kCancelled,
                    .sent = true,
                    .cause = {},
                    .silent_for = absl::Seconds(1)});
  }
  EXPECT_THAT(changes_, ElementsAre("open"));
}

TEST_F(BreakerTest, OneLostBeforeTheCertificateThatDoesNotVerifyIsAFailure) {
  for (int i = 0; i < 20; ++i) {
    Send();
    upstream_.Fail(FailureKind::kUntrusted, true);
  }
  EXPECT_THAT(changes_, ElementsAre("open"));
}

TEST_F(BreakerTest, ImpatienceIsNone) {
  for (int i = 0; i < 100; ++i) {
    Send();
    upstream_.Answer(HttpFailure{.kind = FailureKind::kCallerDeadline,
                                 .sent = true,
                                 .cause = {},
                                 .silent_for = absl::Milliseconds(999)});
  }
  EXPECT_THAT(changes_, IsEmpty());
}

// Whatever came in between, and however little: an upstream that has been good for so long is not
// left alone for one failure.
class RecoveryTest : public testing::TestWithParam<uint64_t> {
 protected:
  RecoveryTest() : chance_(GetParam()) { options_.probes = Below(5) + 1; }

  int Below(int end) { return std::uniform_int_distribution<int>(0, end - 1)(chance_); }
  // The number of the call, where it was let through.
  absl::optional<size_t> Send() {
    const size_t before = open_.size();
    send_({}, TextRequest("http://upstream/", "{}"), [](HttpResult) {});
    if (open_.size() == before) return absl::nullopt;
    return before;
  }
  void Answer(size_t call, int status) {
    std::move(open_[call])(HttpResponse{.status = status, .headers = {}, .body = {}});
  }

  std::mt19937_64 chance_;
  config::Breaker options_;
  FakeTime time_;
  std::vector<OnResponse> open_;
  std::string state_ = "closed";
  SendHttp send_;
};

TEST_P(RecoveryTest, OneFailure26SecondsLaterDoesNotReopenIt) {
  send_ = WithBreaker([this](const CallContext&, HttpRequest,
                             OnResponse done) { open_.push_back(std::move(done)); },
                      options_, time_.AsNow(),
                      [this](absl::string_view state) { state_ = std::string(state); });
  while (state_ == "closed") Answer(*Send(), 500);
  time_.Pass(options_.open_for);
  Answer(*Send(), 200);
  const absl::Time recovered = time_.now();
  int hanging = Below(options_.probes);  // So many of the calls do not end before.
  absl::optional<size_t> hung;
  while (true) {
    const absl::Duration pause = absl::Milliseconds(Below(9000));
    if (time_.now() + pause > recovered + absl::Seconds(26)) break;
    time_.Pass(pause);
    const absl::optional<size_t> call = Send();
    ASSERT_TRUE(call.has_value());
    if (hanging > 0 && Below(2) == 0) {
      --hanging;
      hung = call;
    } else {
      Answer(*call, 200);
    }
  }
  time_.Pass(recovered + absl::Seconds(26) - time_.now());
  Answer(hung && Below(2) == 0 ? *hung : *Send(), 500);
  EXPECT_NE(state_, "open");
  EXPECT_TRUE(Send().has_value());
}

INSTANTIATE_TEST_SUITE_P(Seeds, RecoveryTest, testing::Range<uint64_t>(0, 200));

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
