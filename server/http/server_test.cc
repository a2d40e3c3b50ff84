#include "server/http/server.h"

#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/http/raw_client.h"

namespace kyc::http {
namespace {

// Replies that a test gives when it wants to.
class Held {
 public:
  void Put(OnReply reply) {
    const std::lock_guard lock(mutex_);
    replies_.push_back(std::move(reply));
    came_.notify_one();
  }
  // Waits for one.
  OnReply Take() {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [this] { return !replies_.empty(); });
    OnReply reply = std::move(replies_.back());
    replies_.pop_back();
    return reply;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<OnReply> replies_;
};

// What follows a method and a path.
constexpr char kRest[] = " HTTP/1.1\r\nHost: h\r\n\r\n";

HttpReply Text(int status, std::string body) {
  HttpReply reply;
  reply.status = status;
  reply.body = std::move(body);
  return reply;
}

// Echoes; "/refuse" is refused by its head, "/hold" is answered by the test, "/drop" never.
Handler Echo(std::shared_ptr<Held> held) {
  Handler handler;
  handler.check_head = [](const HttpCall& head) -> absl::optional<HttpReply> {
    if (head.path == "/refuse") return Text(401, "refused");
    return absl::nullopt;
  };
  handler.handle = [held](HttpCall call, OnReply on_reply) {
    if (call.path == "/hold") return held->Put(std::move(on_reply));
    if (call.path == "/drop") return;
    std::move(on_reply)(
        Text(200, absl::StrCat(call.method, " ", call.path, " ", call.query, " ", call.body, ";")));
  };
  handler.refuse = [](int status) { return Text(status, absl::StrCat("refused ", status)); };
  return handler;
}

class ServerTest : public testing::Test {
 protected:
  void Start(ServerOptions options = {}) {
    auto started = Server::Start(std::move(options), Echo(held_));
    ASSERT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
  }
  uint16_t port() const { return server_->port(); }

  std::shared_ptr<Held> held_ = std::make_shared<Held>();
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, PortInUseIsNamedInOneLine) {
  Start();
  const std::string address = absl::StrCat("127.0.0.1:", port());
  const auto second = Server::Start({.address = address}, Echo(held_));
  EXPECT_EQ(second.status(), absl::UnavailableError(absl::StrCat("cannot listen on ", address,
                                                                 ": Address already in use")));
}

TEST_F(ServerTest, AddressWithoutPortIsNamedInOneLine) {
  const auto server = Server::Start({.address = "localhost"}, Echo(held_));
  EXPECT_EQ(server.status(), absl::UnavailableError("cannot listen on localhost: not host:port"));
}

TEST_F(ServerTest, RequestArrivesWhole) {
  Start();
  RawClient client(port());
  client.Send("POST /a/b?c=d HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nxyz");
  const std::string response = client.ReadResponse();
  EXPECT_TRUE(absl::StartsWith(response, "HTTP/1.1 200 OK\r\nDate: ")) << response;
  EXPECT_TRUE(absl::EndsWith(response, "\r\n\r\nPOST /a/b c=d xyz;")) << response;
  EXPECT_FALSE(absl::StrContains(response, "Server:")) << response;
}

TEST_F(ServerTest, HeadIsAnsweredWithoutBody) {
  Start();
  RawClient client(port());
  client.Send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(absl::EndsWith(client.ReadTo("\r\n\r\n"), "Content-Length: 9\r\n\r\n"));
  EXPECT_EQ(StatusOf(client.ReadResponse()), 200);
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrder) {
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

TEST_F(ServerTest, ReplyFromAnotherThreadGoesOutBeforeThePipelinedNext) {
  Start();
  RawClient client(port());
  client.Send("GET /hold HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  std::thread([reply = held_->Take()]() mutable { std::move(reply)(Text(200, "held")); }).join();
  EXPECT_TRUE(absl::EndsWith(client.ReadResponse(), "\r\n\r\nheld"));
  EXPECT_TRUE(absl::EndsWith(client.ReadResponse(), "GET /next  ;"));
}

TEST_F(ServerTest, ChunkedBodyArrivesJoinedWithoutItsTrailers) {
  Start();
  RawClient client(port());
  client.Send(
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;name=value\r\nabc\r\n2\r\nde\r\n0\r\nConnection: close\r\n\r\n"
      "GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(absl::EndsWith(client.ReadResponse(), "POST /  abcde;"));
  EXPECT_TRUE(absl::EndsWith(client.ReadResponse(), "GET /next  ;"));
}

TEST_F(ServerTest, ConnectionEndsWhenTheClientAsks) {
  Start();
  const std::string response =
      Exchange(port(), "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(absl::StrContains(response, "\r\nConnection: close\r\n")) << response;
  EXPECT_EQ(StatusOf(Exchange(port(), "GET / HTTP/1.0\r\n\r\n")), 200);
}

TEST_F(ServerTest, RefusedHeadWithUnreadBodyEndsTheConnection) {
  Start();
  RawClient client(port());
  client.Send("POST /refuse HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n");
  client.EndSending();
  const std::string response = client.ReadAll();
  EXPECT_EQ(StatusOf(response), 401);
  EXPECT_TRUE(absl::StrContains(response, "\r\nConnection: close\r\n")) << response;
}

TEST_F(ServerTest, RefusedHeadWithoutBodyEndsTheConnection) {
  Start();
  const std::string response = Exchange(
      port(), "GET /refuse HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(StatusOf(response), 401);
  EXPECT_TRUE(absl::StrContains(response, "\r\nConnection: close\r\n")) << response;
  EXPECT_TRUE(absl::EndsWith(response, "\r\n\r\nrefused")) << response;
}

TEST_F(ServerTest, ExpectedContinueIsGivenBeforeTheBody) {
  Start();
  RawClient client(port());
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.ReadTo("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("ok");
  EXPECT_TRUE(absl::EndsWith(client.ReadResponse(), "POST /  ok;"));
}

TEST_F(ServerTest, ExpectedContinueIsNotGivenToARefusedHead) {
  Start();
  RawClient client(port());
  client.Send(
      "POST /refuse HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(StatusOf(client.ReadResponse()), 401);
}

TEST_F(ServerTest, BodyOverTheLimitIsRefusedBeforeItIsSent) {
  Start({.max_body_bytes = 10});
  RawClient client(port());
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n");
  EXPECT_EQ(StatusOf(client.ReadResponse()), 413);
}

TEST_F(ServerTest, BodyAtTheLimitIsAccepted) {
  Start({.max_body_bytes = 10});
  RawClient client(port());
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123456789");
  EXPECT_EQ(StatusOf(client.ReadResponse()), 200);
}

TEST_F(ServerTest, ClientThatSendsALargeBodyAllTheSameReadsTheRefusal) {
  Start();
  RawClient client(port());
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n");
  client.Send(std::string(2'000'000, 'x'));
  EXPECT_EQ(StatusOf(client.ReadResponse()), 413);
}

TEST_F(ServerTest, ChunkedBodyOverTheLimitIsRefused) {
  Start({.max_body_bytes = 10});
  RawClient client(port());
  client.Send(
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n01234567\r\n8\r\n");
  EXPECT_EQ(StatusOf(client.ReadResponse()), 413);
}

TEST_F(ServerTest, UnfinishedHeadIsAnswered408) {
  Start({.read_timeout = absl::Milliseconds(30)});
  EXPECT_EQ(StatusOf(Exchange(port(), "POST / HTTP/1.1\r\nHost:")), 408);
}

TEST_F(ServerTest, UnfinishedBodyIsAnswered408) {
  Start({.read_timeout = absl::Milliseconds(30)});
  EXPECT_EQ(StatusOf(Exchange(port(), "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nx")),
            408);
}

TEST_F(ServerTest, SilentConnectionIsClosedWithoutAWord) {
  Start({.read_timeout = absl::Milliseconds(30)});
  EXPECT_EQ(Exchange(port(), ""), "");
}

TEST_F(ServerTest, IdleConnectionIsClosedAfterItsAnswer) {
  Start({.idle_timeout = absl::Milliseconds(30)});
  EXPECT_EQ(StatusOf(Exchange(port(), "GET / HTTP/1.1\r\nHost: h\r\n\r\n")), 200);
}

TEST_F(ServerTest, DroppedReplyIsAnswered500) {
  Start();
  RawClient client(port());
  client.Send("GET /drop HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(StatusOf(client.ReadResponse()), 500);
}

TEST_F(ServerTest, ReplyThatDoesNotComeIsAnswered500AndDroppedWhenItComesLate) {
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

TEST_F(ServerTest, ReplyThatDoesNotComeDoesNotHoldUpADrain) {
  Start({.reply_timeout = absl::Milliseconds(30)});
  RawClient client(port());
  client.Send(absl::StrCat("GET /hold", kRest));
  const OnReply reply = held_->Take();
  std::promise<void> promise;
  server_->Drain([&] { promise.set_value(); });
  EXPECT_EQ(StatusOf(client.ReadAll()), 500);
  promise.get_future().wait();
}

TEST_F(ServerTest, ConnectionAboveTheLimitIsAnswered429WhileAllHaveARequest) {
  Start({.max_connections = 1});
  RawClient first(port());
  first.Send(absl::StrCat("GET /hold", kRest));
  OnReply reply = held_->Take();
  EXPECT_EQ(StatusOf(Exchange(port(), "")), 429);
  std::move(reply)(Text(200, "held"));
  EXPECT_EQ(StatusOf(first.ReadResponse()), 200);
  EXPECT_EQ(StatusOf(Exchange(port(), "GET / HTTP/1.0\r\n\r\n")), 200);
}

TEST_F(ServerTest, UnfinishedBodyKeepsItsPlaceAtTheLimit) {
  Start({.max_connections = 1});
  RawClient first(port());
  first.Send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
  ASSERT_EQ(first.ReadTo("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(StatusOf(Exchange(port(), "")), 429);
  first.Send("x");
  EXPECT_EQ(StatusOf(first.ReadResponse()), 200);
}

TEST_F(ServerTest, ConnectionIdleLongestGivesWayAtTheLimit) {
  Start({.max_connections = 2});
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

TEST_F(ServerTest, ConnectionWithoutAWholeHeadGivesWayAtTheLimit) {
  Start({.max_connections = 1});
  for (const char* sent : {"", "GET / HT"}) {
    RawClient silent(port());
    silent.Send(sent);
    EXPECT_EQ(StatusOf(Exchange(port(), "GET / HTTP/1.0\r\n\r\n")), 200) << sent;
    EXPECT_EQ(silent.ReadAll(), "") << sent;
  }
}

TEST_F(ServerTest, RefusedConnectionThatStaysOpenGivesWayAtTheLimit) {
  Start({.max_connections = 1});
  RawClient refused(port());
  refused.Send(absl::StrCat("GET /refuse", kRest));
  ASSERT_EQ(StatusOf(refused.ReadResponse()), 401);
  EXPECT_EQ(StatusOf(Exchange(port(), "GET / HTTP/1.0\r\n\r\n")), 200);
}

TEST_F(ServerTest, ManyConnectionsAreServedAtOnce) {
  Start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 500; ++i) {
    clients.push_back(std::make_unique<RawClient>(port()));
    clients.back()->Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n");
  }
  for (auto& client : clients) client->Send("x");
  for (auto& client : clients) ASSERT_EQ(StatusOf(client->ReadResponse()), 200);
}

TEST_F(ServerTest, DrainEndsIdleConnectionsAndWaitsForRunningRequests) {
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

TEST_F(ServerTest, DrainWithoutRequestsEndsAtOnce) {
  Start();
  std::promise<void> promise;
  const std::future<void> drained = promise.get_future();
  server_->Drain([&] { promise.set_value(); });
  drained.wait();
}

TEST_F(ServerTest, ReplyAfterDestructionDoesNothing) {
  Start();
  RawClient client(port());
  client.Send("GET /hold HTTP/1.1\r\nHost: h\r\n\r\nGET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
  OnReply reply = held_->Take();
  server_.reset();
  std::move(reply)(Text(200, "late"));
  EXPECT_EQ(client.ReadAll(), "");
}

TEST_F(ServerTest, DestructionDuringADrainDoesNotEndIt) {
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

TEST_F(ServerTest, ReplyThatRacesWithDestructionIsHarmless) {
  for (int i = 0; i < 50; ++i) {
    Start();
    RawClient client(port());
    client.Send("GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
    std::thread replying([reply = held_->Take()]() mutable { std::move(reply)(Text(200, "r")); });
    server_.reset();
    replying.join();
  }
}

}  // namespace
}  // namespace kyc::http
