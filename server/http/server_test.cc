#include "server/http/server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/http/testing/raw_client.h"
#include "server/http/testing/server_fixture.h"

namespace kyc::http {
namespace {

TEST_P(ServerTest, WhoConnectedBeforeIsServed) {
  auto socket = net::ListenSocket::Open("127.0.0.1:0");
  ASSERT_TRUE(socket.ok()) << socket.status();
  RawClient client(To(socket->port()));
  const auto send = [&client] { client.Send("GET /early HTTP/1.1\r\nHost: h\r\n\r\n"); };
  if (GetParam() == Speaks::kPlaintext) send();
  server_ = Server::Serve(*std::move(socket), Over({}), Echo(held_));
  if (GetParam() == Speaks::kTls) send();  // Not before the handshake.
  EXPECT_TRUE(absl::EndsWith(client.ReadResponse(), "\r\n\r\nGET /early  ;"));
}

TEST_P(ServerTest, RequestArrivesWhole) {
  Start();
  RawClient client(port());
  client.Send("POST /a/b?c=d HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nxyz");
  const std::string response = client.ReadResponse();
  EXPECT_TRUE(absl::StartsWith(response, "HTTP/1.1 200 OK\r\nDate: ")) << response;
  EXPECT_TRUE(absl::EndsWith(response, "\r\n\r\nPOST /a/b c=d xyz;")) << response;
  EXPECT_FALSE(absl::StrContains(response, "Server:")) << response;
}

TEST_P(ServerTest, AbsoluteTargetIsServedWhateverHostSays) {
  Start();
  RawClient client(port());
  for (const char* target : {"http://h/a/b?c=d", "HTTP://gateway.internal:8081/a/b?c=d"}) {
    client.Send(
        absl::StrCat("POST ", target, " HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx"));
    EXPECT_TRUE(absl::EndsWith(client.ReadResponse(), "\r\n\r\nPOST /a/b c=d x;")) << target;
  }
}

// Counts what it was asked for.
Handler GoingOn(std::shared_ptr<std::atomic<int>> asked) {
  Handler handler = Echo(nullptr);
  handler.handle = [asked](const HttpCall&, OnReply on_reply) {
    HttpReply reply = Text(200, "begun;");
    auto pieces = std::make_shared<Pieces>();
    pieces->every = absl::Milliseconds(1);
    pieces->next = [asked] { return absl::StrCat("piece ", ++*asked, ";"); };
    reply.pieces = std::move(pieces);
    std::move(on_reply)(std::move(reply));
  };
  return handler;
}

TEST_P(ServerTest, AReplyGoesOnUntilItsClientLeaves) {
  const auto asked = std::make_shared<std::atomic<int>>(0);
  Start({}, GoingOn(asked));
  {
    RawClient client(port());
    client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const std::string head = client.ReadTo("begun;piece 1;");
    EXPECT_TRUE(absl::StrContains(head, "\r\nConnection: close\r\n")) << head;
    EXPECT_FALSE(absl::StrContains(head, "Content-Length")) << head;
    EXPECT_TRUE(absl::EndsWith(client.ReadTo("piece 9;"), "piece 9;"));
  }
  // Nobody asks any more once it is known to have left: the handler is all that holds the count.
  server_ = nullptr;
  EXPECT_EQ(asked.use_count(), 1);
}

TEST_P(ServerTest, AReplyThatGoesOnEndsWithADrainWhichDoesNotWaitForIt) {
  Start({}, GoingOn(std::make_shared<std::atomic<int>>(0)));
  RawClient client(port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  client.ReadTo("piece 3;");
  std::promise<void> drained;
  server_->Drain([&drained] { drained.set_value(); });
  drained.get_future().wait();
  client.ReadAll();
}

TEST_P(ServerTest, AReplyThatGoesOnGivesWayToANewConnection) {
  Start({.max_connections = 1}, GoingOn(std::make_shared<std::atomic<int>>(0)));
  RawClient client(port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  client.ReadTo("piece 1;");
  RawClient other(port());
  other.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(absl::StrContains(other.ReadTo("piece "), "200 OK"));
  client.ReadAll();
}

TEST_P(ServerTest, HeadIsAnsweredWithoutBody) {
  Start();
  RawClient client(port());
  client.Send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(absl::EndsWith(client.ReadTo("\r\n\r\n"), "Content-Length: 9\r\n\r\n"));
  EXPECT_EQ(StatusOf(client.ReadResponse()), 200);
}

TEST_P(ServerTest, PipelinedRequestsAreAnsweredInOrder) {
  Start();
  RawClient client(port());
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    absl::StrAppend(&requests, "POST /", i, " HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n",
                    i % 10);
  }
  client.Send(requests);
  for (int i = 0; i < 50; ++i) {
    const std::string response = client.ReadResponse();
    ASSERT_TRUE(absl::EndsWith(response, absl::StrCat("POST /", i, "  ", i % 10, ";"))) << response;
  }
}

TEST_P(ServerTest, EmptyLinesBeforeARequestAreIgnored) {
  Start();
  RawClient client(port());
  const std::string post = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx";
  client.Send(absl::StrCat("\r\n", post, "\r\n\r"));
  EXPECT_EQ(StatusOf(client.ReadResponse()), 200);
  client.Send(absl::StrCat("\n", post, "\r\n\r\n\r\n\r\n", post));
  EXPECT_EQ(StatusOf(client.ReadResponse()), 200);
  EXPECT_EQ(StatusOf(client.ReadResponse()), 200);
  client.Send("\r\n\r\n\r\n\r\n\r\n");
  EXPECT_EQ(StatusOf(client.ReadAll()), 400) << "no client ends a body with so many";
}

TEST_P(ServerTest, ReplyFromAnotherThreadGoesOutBeforeThePipelinedNext) {
  Start();
  RawClient client(port());
  client.Send("GET /hold HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  std::thread([reply = held_->Take()]() mutable { std::move(reply)(Text(200, "held")); }).join();
  EXPECT_TRUE(absl::EndsWith(client.ReadResponse(), "\r\n\r\nheld"));
  EXPECT_TRUE(absl::EndsWith(client.ReadResponse(), "GET /next  ;"));
}

TEST_P(ServerTest, ChunkedBodyArrivesJoinedWithoutItsTrailers) {
  Start();
  RawClient client(port());
  client.Send(
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;name=value\r\nabc\r\n2\r\nde\r\n0\r\nConnection: close\r\n\r\n"
      "GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(absl::EndsWith(client.ReadResponse(), "POST /  abcde;"));
  EXPECT_TRUE(absl::EndsWith(client.ReadResponse(), "GET /next  ;"));
}

TEST_P(ServerTest, ConnectionEndsWhenTheClientAsks) {
  Start();
  const std::string response =
      Exchange(port(), "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(absl::StrContains(response, "\r\nConnection: close\r\n")) << response;
  EXPECT_EQ(StatusOf(Exchange(port(), "GET / HTTP/1.0\r\n\r\n")), 200);
}

TEST_P(ServerTest, RefusedHeadWithUnreadBodyEndsTheConnection) {
  Start();
  RawClient client(port());
  client.Send("POST /refuse HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n");
  client.EndSending();
  const std::string response = client.ReadAll();
  EXPECT_EQ(StatusOf(response), 401);
  EXPECT_TRUE(absl::StrContains(response, "\r\nConnection: close\r\n")) << response;
}

TEST_P(ServerTest, RefusedHeadWithoutBodyEndsTheConnection) {
  Start();
  const std::string response = Exchange(
      port(), "GET /refuse HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(StatusOf(response), 401);
  EXPECT_TRUE(absl::StrContains(response, "\r\nConnection: close\r\n")) << response;
  EXPECT_TRUE(absl::EndsWith(response, "\r\n\r\nrefused")) << response;
}

TEST_P(ServerTest, ExpectedContinueIsGivenBeforeTheBody) {
  Start();
  RawClient client(port());
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.ReadTo("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("ok");
  EXPECT_TRUE(absl::EndsWith(client.ReadResponse(), "POST /  ok;"));
}

TEST_P(ServerTest, ExpectedContinueIsNotGivenToARefusedHead) {
  Start();
  RawClient client(port());
  client.Send(
      "POST /refuse HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(StatusOf(client.ReadResponse()), 401);
}

TEST_P(ServerTest, DroppedReplyIsAnswered500) {
  Start();
  RawClient client(port());
  client.Send("GET /drop HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(StatusOf(client.ReadResponse()), 500);
}

TEST_P(ServerTest, DrainEndsIdleConnectionsAndWaitsForRunningRequests) {
  Start();
  RawClient idle(port());
  idle.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_EQ(StatusOf(idle.ReadResponse()), 200);
  RawClient running(port());
  running.Send("GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
  OnReply reply = held_->Take();

  std::promise<void> promise;
  const std::future<void> drained = promise.get_future();
  server_->Drain([&] { promise.set_value(); });
  EXPECT_EQ(idle.ReadAll(), "");
  EXPECT_FALSE(RawClient(port()).connected());
  EXPECT_EQ(drained.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  std::move(reply)(Text(200, "held"));
  const std::string response = running.ReadAll();
  EXPECT_TRUE(absl::StrContains(response, "\r\nConnection: close\r\n")) << response;
  EXPECT_TRUE(absl::EndsWith(response, "held")) << response;
  drained.wait();
}

TEST_P(ServerTest, DrainWithoutRequestsEndsAtOnce) {
  Start();
  std::promise<void> promise;
  const std::future<void> drained = promise.get_future();
  server_->Drain([&] { promise.set_value(); });
  drained.wait();
}

TEST_P(ServerTest, ReplyAfterDestructionDoesNothing) {
  Start();
  RawClient client(port());
  client.Send("GET /hold HTTP/1.1\r\nHost: h\r\n\r\nGET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
  OnReply reply = held_->Take();
  server_.reset();
  std::move(reply)(Text(200, "late"));
  EXPECT_EQ(client.ReadAll(), "");
}

TEST_P(ServerTest, DestructionDuringADrainDoesNotEndIt) {
  Start();
  RawClient client(port());
  client.Send("GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
  OnReply reply = held_->Take();
  std::promise<void> promise;
  const std::future<void> drained = promise.get_future();
  server_->Drain([&] { promise.set_value(); });
  server_.reset();
  EXPECT_EQ(drained.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
}

TEST_P(ServerTest, ReplyThatRacesWithDestructionIsHarmless) {
  for (int i = 0; i < 50; ++i) {
    Start();
    RawClient client(port());
    client.Send("GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
    std::thread replying([reply = held_->Take()]() mutable { std::move(reply)(Text(200, "r")); });
    server_.reset();
    replying.join();
  }
}

OVER_BOTH(ServerTest);

}  // namespace
}  // namespace kyc::http
