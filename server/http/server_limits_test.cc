// The listener's bounds: sizes, times and connections.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/http/server.h"
#include "server/http/testing/raw_client.h"
#include "server/http/testing/server_fixture.h"

namespace kyc::http {
namespace {

using ServerLimitsTest = ServerTest;

TEST_P(ServerLimitsTest, BodyOverTheLimitIsRefusedBeforeItIsSent) {
  Start({.max_body_bytes = 10});
  RawClient client(port());
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n");
  EXPECT_EQ(StatusOf(client.ReadResponse()), 413);
}

TEST_P(ServerLimitsTest, BodyAtTheLimitIsAccepted) {
  Start({.max_body_bytes = 10});
  RawClient client(port());
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123456789");
  EXPECT_EQ(StatusOf(client.ReadResponse()), 200);
}

TEST_P(ServerLimitsTest, ClientThatSendsALargeBodyAllTheSameReadsTheRefusal) {
  Start();
  RawClient client(port());
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n");
  client.Send(std::string(2'000'000, 'x'));
  EXPECT_EQ(StatusOf(client.ReadResponse()), 413);
}

TEST_P(ServerLimitsTest, ChunkedBodyOverTheLimitIsRefused) {
  Start({.max_body_bytes = 10});
  RawClient client(port());
  client.Send(
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n01234567\r\n8\r\n");
  EXPECT_EQ(StatusOf(client.ReadResponse()), 413);
}

TEST_P(ServerLimitsTest, UnfinishedHeadIsAnswered408) {
  Start({.read_timeout = absl::Milliseconds(30)});
  EXPECT_EQ(StatusOf(Exchange(port(), "POST / HTTP/1.1\r\nHost:")), 408);
}

TEST_P(ServerLimitsTest, UnfinishedBodyIsAnswered408) {
  Start({.read_timeout = absl::Milliseconds(30)});
  EXPECT_EQ(StatusOf(Exchange(port(), "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nx")),
            408);
}

TEST_P(ServerLimitsTest, SilentConnectionIsClosedWithoutAWord) {
  Start({.read_timeout = absl::Milliseconds(30)});
  EXPECT_EQ(Exchange(port(), ""), "");
}

TEST_P(ServerLimitsTest, IdleConnectionIsClosedAfterItsAnswer) {
  Start({.idle_timeout = absl::Milliseconds(30)});
  EXPECT_EQ(StatusOf(Exchange(port(), "GET / HTTP/1.1\r\nHost: h\r\n\r\n")), 200);
}

TEST_P(ServerLimitsTest, ReplyThatDoesNotComeIsAnswered500AndDroppedWhenItComesLate) {
  Start({.reply_timeout = absl::Milliseconds(30)});
  RawClient client(port());
  client.Send("GET /hold HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string response = client.ReadTo("refused 500");
  EXPECT_EQ(StatusOf(response), 500);
  EXPECT_TRUE(absl::StrContains(response, "\r\nConnection: close\r\n")) << response;
  held_->Take()(Text(200, "late"));
  EXPECT_EQ(client.ReadAll(), "");
  EXPECT_EQ(StatusOf(Exchange(port(), "GET / HTTP/1.0\r\n\r\n")), 200);
}

TEST_P(ServerLimitsTest, ReplyThatDoesNotComeDoesNotHoldUpADrain) {
  Start({.reply_timeout = absl::Milliseconds(30)});
  RawClient client(port());
  client.Send(absl::StrCat("GET /hold", kRest));
  const OnReply reply = held_->Take();
  std::promise<void> promise;
  server_->Drain([&] { promise.set_value(); });
  EXPECT_EQ(StatusOf(client.ReadAll()), 500);
  promise.get_future().wait();
}

TEST_P(ServerLimitsTest, ConnectionAboveTheLimitIsAnswered429WhileAllHaveARequest) {
  Start({.max_connections = 1});
  RawClient first(port());
  first.Send(absl::StrCat("GET /hold", kRest));
  OnReply reply = held_->Take();
  EXPECT_EQ(StatusOf(Exchange(port(), "")), 429);
  std::move(reply)(Text(200, "held"));
  EXPECT_EQ(StatusOf(first.ReadResponse()), 200);
  EXPECT_EQ(StatusOf(Exchange(port(), "GET / HTTP/1.0\r\n\r\n")), 200);
}

TEST_P(ServerLimitsTest, UnfinishedBodyKeepsItsPlaceAtTheLimit) {
  Start({.max_connections = 1});
  RawClient first(port());
  first.Send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
  ASSERT_EQ(first.ReadTo("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(StatusOf(Exchange(port(), "")), 429);
  first.Send("x");
  EXPECT_EQ(StatusOf(first.ReadResponse()), 200);
}

TEST_P(ServerLimitsTest, ConnectionIdleLongestGivesWayAtTheLimit) {
  Start({.max_connections = 2, .max_connections_of_a_source = 2});
  RawClient often(port()), once(port());
  for (RawClient* client : {&often, &once, &often}) {
    client->Send(absl::StrCat("GET /", kRest));
    ASSERT_EQ(StatusOf(client->ReadResponse()), 200);
  }
  RawClient next(port());
  next.Send(absl::StrCat("GET /", kRest));
  EXPECT_EQ(StatusOf(next.ReadResponse()), 200);
  EXPECT_EQ(once.ReadAll(), "");
  often.Send(absl::StrCat("GET /", kRest));
  EXPECT_EQ(StatusOf(often.ReadResponse()), 200);
}

TEST_P(ServerLimitsTest, ConnectionWithoutAWholeHeadGivesWayAtTheLimit) {
  Start({.max_connections = 1});
  for (const char* sent : {"", "GET / HT"}) {
    RawClient silent(port());
    silent.Send(sent);
    EXPECT_EQ(StatusOf(Exchange(port(), "GET / HTTP/1.0\r\n\r\n")), 200) << sent;
    EXPECT_EQ(silent.ReadAll(), "") << sent;
  }
}

TEST_P(ServerLimitsTest, RefusedConnectionThatStaysOpenGivesWayAtTheLimit) {
  Start({.max_connections = 1});
  RawClient refused(port());
  refused.Send(absl::StrCat("GET /refuse", kRest));
  ASSERT_EQ(StatusOf(refused.ReadResponse()), 401);
  EXPECT_EQ(StatusOf(Exchange(port(), "GET / HTTP/1.0\r\n\r\n")), 200);
}

TEST_P(ServerLimitsTest, OneSourceLeavesOthersTheirHalfThoughAllItsConnectionsHaveARequest) {
  Start({.max_connections = 4});
  RawClient first(port()), second(port());
  std::vector<OnReply> replies;
  for (RawClient* client : {&first, &second}) {
    client->Send(absl::StrCat("GET /hold", kRest));
    replies.push_back(held_->Take());
  }
  EXPECT_EQ(StatusOf(Exchange(port(), "")), 429);
  RawClient other(port(), "127.0.0.2");
  other.Send(absl::StrCat("GET /", kRest));
  EXPECT_EQ(StatusOf(other.ReadResponse()), 200);
  for (OnReply& reply : replies) std::move(reply)(Text(200, "held"));
}

TEST_P(ServerLimitsTest, WhenDescriptorsRunOutPeersAreTurnedAwayAndServedAgainLater) {
  Start();
  ASSERT_EQ(StatusOf(Exchange(port(), "GET / HTTP/1.0\r\n\r\n")), 200);
  rlimit before = {};
  getrlimit(RLIMIT_NOFILE, &before);
  // None is left once this client's own end is open.
  const int next = dup(0);
  close(next);
  const rlimit few = {.rlim_cur = static_cast<rlim_t>(next) + 1, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Exchange(port(), ""), "");
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(StatusOf(Exchange(port(), "GET / HTTP/1.0\r\n\r\n")), 200);
}

TEST_P(ServerLimitsTest, ManyConnectionsAreServedAtOnce) {
  Start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 500; ++i) {
    clients.push_back(std::make_unique<RawClient>(port()));
    clients.back()->Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n");
  }
  for (auto& client : clients) client->Send("x");
  for (auto& client : clients) ASSERT_EQ(StatusOf(client->ReadResponse()), 200);
}

OVER_BOTH(ServerLimitsTest);

}  // namespace
}  // namespace kyc::http
