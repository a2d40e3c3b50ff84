#include "server/upstream/curl_loop.h"

#include <future>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
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

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

class CurlLoopTest : public ::testing::Test {
 protected:
  HttpResult Send(const FakeUpstream& upstream, std::string text = "{}") {
    return SendAndWait(send_, TextRequest(upstream.url(), std::move(text)));
  }

  std::unique_ptr<CurlLoop> loop_ = CurlLoop::Start().value();
  SendHttp send_ = loop_->Sender({});
};

TEST_F(CurlLoopTest, RequestArrivesAsGivenAndReplyComesBack) {
  FakeUpstream upstream(AnswerAll(
      "HTTP/1.1 404 Not Found\r\nX-One: a\r\nX-TWO:  b \r\nContent-Length: 3\r\n\r\nabc"));

  const auto response = std::get<HttpResponse>(Send(upstream, "{\"a\":1}"));

  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, "abc");
  EXPECT_EQ(response.attempts, 1);
  EXPECT_THAT(response.headers, testing::ElementsAre(Pair("x-one", "a"), Pair("x-two", "b"),
                                                     Pair("content-length", "3")));
  const SeenRequest seen = upstream.seen().at(0);
  EXPECT_THAT(seen.head, testing::StartsWith("POST /path HTTP/1.1\r\n"));
  EXPECT_THAT(seen.head, HasSubstr("\r\nContent-Type: application/json\r\n"));
  EXPECT_THAT(seen.head, HasSubstr("\r\ntoken: t\r\n"));
  EXPECT_THAT(seen.head, HasSubstr("\r\nContent-Length: 7\r\n"));
  for (const char* absent : {"Expect", "Accept-Encoding", "Transfer-Encoding", "User-Agent"}) {
    EXPECT_THAT(seen.head, Not(HasSubstr(absent)));
  }
  EXPECT_EQ(seen.body, "{\"a\":1}");
}

TEST_F(CurlLoopTest, ConnectionIsKeptForTheNextCall) {
  FakeUpstream upstream(AnswerAll(Reply("ok")));
  for (int i = 0; i < 50; ++i) EXPECT_EQ(Describe(Send(upstream)), "200 ok");
  EXPECT_EQ(upstream.connections(), 1);
}

TEST_F(CurlLoopTest, GzipStaysBytes) {
  FakeUpstream upstream(AnswerAll(
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b!!"));
  EXPECT_EQ(Describe(Send(upstream)), "200 \x1f\x8b!!");
}

TEST_F(CurlLoopTest, RedirectIsAnAnswer) {
  FakeUpstream upstream(AnswerAll(
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_EQ(Describe(Send(upstream)), "302 ");
}

TEST_F(CurlLoopTest, HeaderWithLineEndIsNotSent) {
  FakeUpstream upstream(AnswerAll(Reply("ok")));
  HttpRequest request = TextRequest(upstream.url(), "{}");
  request.headers.emplace_back("x", "a\r\nevil: 1");
  EXPECT_EQ(Describe(SendAndWait(send_, std::move(request))), "unreachable not sent");
  EXPECT_EQ(upstream.connections(), 0);
}

TEST_F(CurlLoopTest, OnlyHttpUrlsAreUsed) {
  for (const char* url :
       {"file:///etc/hostname", "ftp://127.0.0.1/", "http://u:p@127.0.0.1/", ""}) {
    EXPECT_EQ(Describe(SendAndWait(send_, TextRequest(url, "{}"))), "unreachable not sent") << url;
  }
}

TEST_F(CurlLoopTest, RefusedConnectionIsUnreachable) {
  std::string url;
  {
    FakeUpstream gone(AnswerAll(""));
    url = gone.url();
  }
  const auto failure = std::get<HttpFailure>(SendAndWait(send_, TextRequest(url + "?q=1", "{}")));
  EXPECT_EQ(failure.kind, FailureKind::kUnreachable);
  EXPECT_FALSE(failure.sent);
  EXPECT_EQ(failure.attempts, 1);
  EXPECT_THAT(failure.cause, HasSubstr("Failed to connect to 127.0.0.1"));
  EXPECT_THAT(failure.cause, Not(HasSubstr("q=1")));
}

TEST_F(CurlLoopTest, TlsToAPlainUpstreamIsUnreachable) {
  FakeUpstream upstream([](FakeUpstream&, FakeConnection& connection) {
    connection.WaitForByte();
    connection.Write("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  const std::string url = absl::StrCat("https", upstream.url().substr(4));
  EXPECT_EQ(Describe(SendAndWait(send_, TextRequest(url, "{}"))), "unreachable not sent");
}

TEST_F(CurlLoopTest, UnknownHostIsUnreachable) {
  EXPECT_EQ(Describe(SendAndWait(send_, TextRequest("http://nowhere.invalid/", "{}"))),
            "unreachable not sent");
}

// --- Time and cancelling.

// Reads requests and never answers.
FakeUpstream::Script Silent() {
  return [](FakeUpstream& self, FakeConnection& connection) {
    while (self.Receive(connection)) {
    }
  };
}

TEST_F(CurlLoopTest, AttemptTimeoutEndsTheCall) {
  FakeUpstream upstream(Silent());
  const SendHttp send = loop_->Sender({.attempt_timeout = absl::Milliseconds(300)});
  EXPECT_EQ(Describe(SendAndWait(send, TextRequest(upstream.url(), "{}"))), "attempt_timeout sent");
}

TEST_F(CurlLoopTest, CallersEarlierDeadlineEndsTheCall) {
  FakeUpstream upstream(Silent());
  CallContext context;
  context.deadline = SteadyNow() + absl::Milliseconds(500);
  EXPECT_EQ(Describe(SendAndWait(send_, context, TextRequest(upstream.url(), "{}"))),
            "caller_deadline sent");
}

// However much of a reply had come before: the upstream is as silent as one that says nothing.
class StallTest : public CurlLoopTest, public testing::WithParamInterface<const char*> {};

TEST_P(StallTest, IsSilenceToTheBreaker) {
  FakeUpstream upstream([](FakeUpstream& self, FakeConnection& connection) {
    self.Receive(connection);
    connection.Write(GetParam());
    connection.Drain();
  });
  CallContext context;
  context.deadline = SteadyNow() + absl::Seconds(1);
  const HttpResult result = SendAndWait(send_, context, TextRequest(upstream.url(), "{}"));
  EXPECT_EQ(Describe(result), "caller_deadline sent");
  EXPECT_GT(std::get<HttpFailure>(result).silent_for, absl::ZeroDuration());
}

INSTANTIATE_TEST_SUITE_P(All, StallTest,
                         testing::Values("", "HTTP/1.1 200 OK\r\n",
                                         "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
                                         "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"a\""));

TEST_F(CurlLoopTest, CallWithTooLittleTimeIsNotSent) {
  FakeUpstream upstream(Silent());
  CallContext context;
  context.deadline = SteadyNow() + absl::Milliseconds(240);
  EXPECT_EQ(Describe(SendAndWait(send_, context, TextRequest(upstream.url(), "{}"))),
            "caller_deadline not sent");
  EXPECT_EQ(upstream.connections(), 0);
}

TEST_F(CurlLoopTest, CallCancelledBeforeIsNotSent) {
  FakeUpstream upstream(Silent());
  std::stop_source stop;
  stop.request_stop();
  CallContext context;
  context.cancel = stop.get_token();
  EXPECT_EQ(Describe(SendAndWait(send_, context, TextRequest(upstream.url(), "{}"))),
            "cancelled not sent");
  EXPECT_EQ(upstream.connections(), 0);
}

TEST_F(CurlLoopTest, CallCancelledWhileItWaitsIsAborted) {
  std::promise<void> aborted;
  FakeUpstream upstream([&](FakeUpstream& self, FakeConnection& connection) {
    self.Receive(connection);
    connection.Drain();  // Until the gateway closes.
    aborted.set_value();
  });
  std::stop_source stop;
  CallContext context;
  context.cancel = stop.get_token();
  Results results;
  send_(context, TextRequest(upstream.url(), "{}"), results.For(0));
  upstream.AwaitSeen(1);

  stop.request_stop();

  EXPECT_EQ(Describe(results.Await(1).find(0)->second), "cancelled sent");
  aborted.get_future().wait();
}

TEST_F(CurlLoopTest, CancelAfterTheAnswerDoesNothing) {
  FakeUpstream upstream(AnswerAll(Reply("ok")));
  std::stop_source stop;
  CallContext context;
  context.cancel = stop.get_token();
  EXPECT_EQ(Describe(SendAndWait(send_, context, TextRequest(upstream.url(), "{}"))), "200 ok");
  stop.request_stop();
  EXPECT_EQ(Describe(Send(upstream)), "200 ok");
}

TEST_F(CurlLoopTest, EndOfTheLoopCancelsWhatRunsAndRunsWhatWaits) {
  FakeUpstream upstream(Silent());
  Results results;
  send_({}, TextRequest(upstream.url(), "{}"), results.For(0));
  upstream.AwaitSeen(1);
  bool ran = false;
  loop_->After(absl::Hours(1), [&] { ran = true; });

  loop_.reset();

  EXPECT_TRUE(ran);
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(Describe(results.Await(1).find(0)->second), "cancelled sent");
}

TEST_F(CurlLoopTest, TasksRunInTheOrderOfTheirTimes) {
  std::vector<int> order;
  std::promise<void> last;
  loop_->After(absl::Milliseconds(60), [&] { order.push_back(2), last.set_value(); });
  loop_->After(absl::Milliseconds(30), [&] { order.push_back(1); });
  loop_->After(absl::ZeroDuration(), [&] { order.push_back(0); });
  last.get_future().wait();
  EXPECT_THAT(order, testing::ElementsAre(0, 1, 2));
}

// --- Many at once.

TEST_F(CurlLoopTest, ThousandCallsWaitAtTheSameTime) {
  constexpr int kCalls = 1000;
  FakeUpstream upstream([](FakeUpstream& self, FakeConnection& connection) {
    absl::optional<SeenRequest> request = self.Receive(connection);
    if (!request) return;
    self.AwaitSeen(kCalls);
    connection.Write(Reply(request->body));
  });
  Results results;
  for (int i = 0; i < kCalls; ++i) {
    send_({}, TextRequest(upstream.url(), absl::StrCat("call ", i)), results.For(i));
  }
  for (const auto& [number, result] : results.Await(kCalls)) {
    EXPECT_EQ(Describe(result), absl::StrCat("200 call ", number));
  }
}

TEST_F(CurlLoopTest, CallsCancelledFromManyThreadsAreAllAnsweredOnce) {
  constexpr int kThreads = 4;
  constexpr int kCalls = 250;
  FakeUpstream upstream(AnswerAll(Reply("ok")));
  Results results;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kCalls; ++i) {
        std::stop_source stop;
        CallContext context;
        context.cancel = stop.get_token();
        send_(context, TextRequest(upstream.url(), "{}"), results.For(t * kCalls + i));
        if (i % 2 == 0) stop.request_stop();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  results.Await(kThreads * kCalls);
  EXPECT_EQ(Describe(Send(upstream)), "200 ok");  // Whatever came late has come by now.
  const auto all = results.Await(kThreads * kCalls);
  for (int i = 0; i < kThreads * kCalls; ++i) EXPECT_EQ(all.count(i), 1u) << i;
}

}  // namespace
}  // namespace kyc::upstream
