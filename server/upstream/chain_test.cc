#include "server/upstream/chain.h"

#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/call/steady_now.h"
#include "server/upstream/testing/fake_upstream.h"
#include "server/upstream/testing/test_client.h"

namespace kyc::upstream {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// Notes what this room reports, as text.
class NotedMetrics : public Metrics {
 public:
  void AttemptEnded(absl::string_view upstream, absl::string_view account, absl::string_view result,
                    absl::Duration) override {
    Note("attempt", upstream, account, result);
  }
  void Retried(absl::string_view upstream, absl::string_view account) override {
    Note("retried", upstream, account, "");
  }
  void Slots(absl::string_view upstream, absl::string_view account, int64_t used,
             int64_t waiting) override {
    Note("slots", upstream, account, absl::StrCat(used, "+", waiting));
  }
  void BreakerChanged(absl::string_view upstream, absl::string_view account,
                      absl::string_view state) override {
    Note("breaker", upstream, account, state);
  }

  void CallEnded(absl::string_view, absl::StatusCode, absl::string_view, absl::Duration) override {}
  void CallsOpen(int64_t, int64_t, int64_t) override {}
  void Deviation(absl::string_view, absl::string_view) override {}
  void NotificationAnswered(absl::string_view, absl::Duration) override {}
  void Committed(int64_t, int64_t, absl::Duration) override {}
  void CommitFailed() override {}
  void LogWritable(bool) override {}
  void Quarantined(bool) override {}
  void Delivered(int64_t) override {}

  std::vector<std::string> noted() {
    std::lock_guard lock(mutex_);
    return noted_;
  }

 private:
  void Note(absl::string_view what, absl::string_view upstream, absl::string_view account,
            absl::string_view how) {
    std::lock_guard lock(mutex_);
    noted_.push_back(absl::StrCat(what, " ", upstream, "/", account, " ", how));
  }

  std::mutex mutex_;
  std::vector<std::string> noted_;
};

class ChainTest : public testing::Test {
 protected:
  ChainTest() { settings_.attempt_timeout = absl::Seconds(20); }

  SendHttp Make() { return MakeChain(*loop_, settings_, "finpay", "main", &metrics_); }

  NotedMetrics metrics_;
  std::unique_ptr<CurlLoop> loop_ = CurlLoop::Start().value();
  config::Upstream settings_;
};

TEST_F(ChainTest, AnswerIsCountedOnce) {
  FakeUpstream upstream(AnswerAll(Reply("ok")));
  EXPECT_EQ(Describe(SendAndWait(Make(), TextRequest(upstream.url(), "{}"))), "200 ok");
  EXPECT_THAT(metrics_.noted(), ElementsAre("breaker finpay/main closed", "slots finpay/main 1+0",
                                            "attempt finpay/main 200", "slots finpay/main 0+0"));
}

TEST_F(ChainTest, UnreachableUpstreamIsTriedThreeTimesInOneSlot) {
  std::string url;
  {
    FakeUpstream gone(AnswerAll(""));
    url = gone.url();
  }
  const auto failure = std::get<HttpFailure>(SendAndWait(Make(), TextRequest(url, "{}")));
  EXPECT_EQ(failure.kind, FailureKind::kUnreachable);
  EXPECT_EQ(failure.attempts, 3);
  EXPECT_THAT(metrics_.noted(),
              ElementsAre("breaker finpay/main closed", "slots finpay/main 1+0",
                          "attempt finpay/main unreachable", "retried finpay/main ",
                          "attempt finpay/main unreachable", "retried finpay/main ",
                          "attempt finpay/main unreachable", "slots finpay/main 0+0"));
}

TEST_F(ChainTest, LostConnectionIsNotTriedAgain) {
  FakeUpstream upstream(
      [](FakeUpstream& self, FakeConnection& connection) { self.Receive(connection); });
  EXPECT_EQ(Describe(SendAndWait(Make(), TextRequest(upstream.url(), "{}"))),
            "connection_lost sent");
  EXPECT_EQ(upstream.WholeBodies("{}"), 1);
  EXPECT_THAT(metrics_.noted(), Not(Contains("retried finpay/main ")));
}

TEST_F(ChainTest, Only503IsBelievedAndOnlyIfTheConfigurationSaysSo) {
  for (const bool believe : {false, true}) {
    settings_.believe_every_503 = believe;
    const SendHttp send = Make();
    for (const int status : {200, 429, 500, 502, 503, 504}) {
      FakeUpstream upstream(AnswerAll(Reply("", absl::StrCat(status, " x"))));
      const HttpResult result = SendAndWait(send, TextRequest(upstream.url(), "{}"));
      EXPECT_EQ(std::get<HttpResponse>(result).surely_unprocessed, believe && status == 503);
    }
  }
}

TEST_F(ChainTest, TheUpstreamIsToldWhichCallItIsWhereTheConfigurationNamesAHeader) {
  FakeUpstream upstream(AnswerAll(Reply("ok")));
  CallContext context;
  context.request_id = "call-7";
  context.span.context =
      *ReadTraceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  SendAndWait(Make(), context, TextRequest(upstream.url(), "{}"));
  settings_.request_id_header = "X-Call";
  settings_.send_traceparent = true;
  SendAndWait(Make(), context, TextRequest(upstream.url(), "{}"));
  const auto seen = upstream.seen();
  for (const char* told : {"call-7", "4bf92f"}) EXPECT_THAT(seen[0].head, Not(HasSubstr(told)));
  EXPECT_THAT(seen[1].head, HasSubstr("X-Call: call-7\r\n"));
  EXPECT_THAT(seen[1].head, HasSubstr("traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-"
                                      "00f067aa0ba902b7-01\r\n"));
}

TEST_F(ChainTest, EachAttemptForARecordedCallIsAPieceOfIt) {
  CallContext context;
  context.span = StartSpan(absl::nullopt, {.any = true, .share = 1});
  settings_.send_traceparent = true;
  std::vector<EndedAttempt> attempts;  // The loop's thread's until the call has ended.
  const SendHttp send = MakeChain(*loop_, settings_, "finpay", "main", &metrics_,
                                  [&](const EndedAttempt& ended) { attempts.push_back(ended); });
  std::string url;
  {
    FakeUpstream upstream(AnswerAll(Reply("ok")));
    SendAndWait(send, context, TextRequest(url = upstream.url(), "{}"));
    ASSERT_EQ(attempts.size(), 1);
    EXPECT_THAT(upstream.seen()[0].head, HasSubstr(WriteTraceparent(attempts[0].span.context)));
  }
  SendAndWait(send, context, TextRequest(url, "{}"));
  ASSERT_EQ(attempts.size(), 4);  // Three at nobody.
  std::set<SpanId> ids;
  for (const EndedAttempt& attempt : attempts) {
    EXPECT_EQ(attempt.span.context.trace_id, context.span.context.trace_id);
    EXPECT_EQ(attempt.span.parent, context.span.context.span_id);
    ids.insert(attempt.span.context.span_id);
  }
  EXPECT_EQ(ids.size(), 4);
}

TEST_F(ChainTest, OpenBreakerTakesNoSlot) {
  settings_.breaker.min_calls = 1;
  FakeUpstream upstream(AnswerAll(Reply("", "500 Internal Server Error")));
  const SendHttp send = Make();
  EXPECT_EQ(Describe(SendAndWait(send, TextRequest(upstream.url(), "{}"))), "500 ");
  EXPECT_THAT(metrics_.noted(), Contains("breaker finpay/main open"));
  const size_t before = metrics_.noted().size();
  EXPECT_EQ(Describe(SendAndWait(send, TextRequest(upstream.url(), "{}"))),
            "circuit_open not sent");
  EXPECT_EQ(metrics_.noted().size(), before);
}

TEST_F(ChainTest, DeadlineIsThatOfTheSteadyClock) {
  FakeUpstream upstream(AnswerAll(Reply("ok")));
  const SendHttp send = Make();
  CallContext context;
  context.deadline = SteadyNow() + absl::Minutes(1);
  EXPECT_EQ(Describe(SendAndWait(send, context, TextRequest(upstream.url(), "{}"))), "200 ok");
  context.deadline = SteadyNow() - absl::Minutes(1);
  EXPECT_EQ(Describe(SendAndWait(send, context, TextRequest(upstream.url(), "{}"))),
            "caller_deadline not sent");
}

TEST_F(ChainTest, DeadlineEndsTheWaitForASlot) {
  settings_.slots = 1;
  settings_.slot_wait = absl::Hours(1);
  FakeUpstream upstream([](FakeUpstream&, FakeConnection& connection) { connection.Drain(); });
  const SendHttp send = Make();
  Results results;
  std::stop_source stop;
  CallContext holding;
  holding.cancel = stop.get_token();
  send(holding, TextRequest(upstream.url(), "{}"), results.For(0));
  CallContext context;
  context.deadline = SteadyNow() + absl::Milliseconds(1);
  EXPECT_EQ(Describe(SendAndWait(send, context, TextRequest(upstream.url(), "{}"))),
            "caller_deadline not sent");
  stop.request_stop();
  results.Await(1);
}

}  // namespace
}  // namespace kyc::upstream
