// How a server leaves: what its callers see on real connections.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "server/rpc/testing/raw_h2.h"
#include "server/rpc/testing/server_fixture.h"

namespace kyc::rpc {
namespace {

// Answers when it is released, on another thread.
class Held {
 public:
  Method MakeMethod() {
    return Unary<HealthCheckRequest, HealthCheckRequest>(
        "/a.B/Held", [this](CallContext, HealthCheckRequest, Done<HealthCheckRequest> done) {
          answers_.push_back(std::move(done));
          if (answers_.size() == 1) arrived.Notify();
        });
  }
  void Release(Loop& loop) {
    loop.Post([this] {
      for (auto& answer : std::exchange(answers_, {})) std::move(answer)(HealthCheckRequest());
    });
  }
  absl::Notification arrived;

 private:
  std::vector<Done<HealthCheckRequest>> answers_;  // The loop's.
};

TEST_F(ServerTest, DrainSendsGoawayBeforeItRefusesAnything) {
  Held held;
  methods_.push_back(held.MakeMethod());
  methods_.push_back(Echo());
  Start();
  RawH2 caller(server_->port());
  caller.Send(caller.Call(1, "/a.B/Held") + RawH2::Message(1, ""));
  held.arrived.WaitForNotification();
  std::thread drain([&] { server_->Drain(absl::Seconds(60)); });
  // Nothing is read before: a caller that has acknowledged GOAWAY gets no further call in.
  while (!RawH2(server_->port()).closed) std::this_thread::yield();
  caller.Send(caller.Call(3, "/a.B/Echo") + RawH2::Message(3, ""));
  ASSERT_TRUE(caller.Await([&] { return !caller.goaways.empty(); }));
  constexpr uint32_t kEveryStream = 0x7fffffff;
  EXPECT_EQ(caller.goaways[0], std::make_pair(kEveryStream, 0U));
  // What was on its way when the server said so still runs.
  ASSERT_TRUE(caller.AwaitEnd(3));
  EXPECT_EQ(caller.streams[3].grpc_status(), 0);
  // Nobody gets a new connection.
  EXPECT_TRUE(RawH2(server_->port()).closed);
  held.Release(server_->loop());
  ASSERT_TRUE(caller.AwaitEnd(1));
  EXPECT_EQ(caller.streams[1].grpc_status(), 0);
  drain.join();
  EXPECT_TRUE(caller.Await([&] { return caller.closed; }));
}

// Whoever is told by GOAWAY and acknowledges it, which is when it is closed.
void AwaitToldEverybody(RawH2& near) {
  ASSERT_TRUE(near.Await([&] { return near.closed; }));
}

// GOAWAY is long on its way to the caller, and the call that crosses it as long: on a connection
// that had calls before, and on one that a pool has opened and nobody has used yet.
TEST_F(ServerTest, ACallThatCrossesGoawayOnALongWayStillRuns) {
  longest_way_ = absl::InfiniteDuration();
  for (const bool first_call : {false, true}) {
    methods_.clear();
    methods_.push_back(Echo());
    Start();
    RawH2 far(server_->port()), near(server_->port());
    for (RawH2* caller : {&far, &near}) {
      caller->Send(first_call ? RawH2::Ping()
                              : caller->Call(1, "/a.B/Echo") + RawH2::Message(1, ""));
      ASSERT_TRUE(caller->Await([&] { return caller->pongs > 0 || caller->streams[1].ended; }));
    }
    std::thread drain([&] { server_->Drain(absl::Seconds(60)); });
    AwaitToldEverybody(near);
    far.Send(far.Call(3, "/a.B/Echo") + RawH2::Message(3, ""));
    ASSERT_TRUE(far.AwaitEnd(3));
    EXPECT_EQ(far.streams[3].grpc_status(), 0);
    drain.join();  // It has read GOAWAY: nothing of it can come any more.
  }
}

// One that never heeds GOAWAY: everything of it that arrives is answered until the end.
TEST_F(ServerTest, WhatArrivesLaterIsToldThatTheServerDrains) {
  Held held;
  methods_.push_back(held.MakeMethod());
  methods_.push_back(Echo());
  Start();
  RawH2 caller(server_->port());
  caller.answers_pings = false;
  caller.Send(RawH2::OpenWindow(0, 1 << 30));
  caller.Send(caller.Call(1, "/a.B/Held") + RawH2::Message(1, ""));
  held.arrived.WaitForNotification();
  std::thread drain([&] { server_->Drain(absl::Seconds(60)); });
  ASSERT_TRUE(caller.Await([&] { return !caller.goaways.empty(); }));
  int32_t stream = 1;
  do {
    stream += 2;
    caller.Send(caller.Call(stream, "/a.B/Echo") + RawH2::Message(stream, ""));
    ASSERT_TRUE(caller.AwaitEnd(stream));
  } while (caller.streams[stream].grpc_status() == 0);
  EXPECT_EQ(caller.streams[stream].grpc_status(), grpc::UNAVAILABLE);
  EXPECT_EQ(caller.streams[stream].reason(), "SERVER_DRAINING");
  EXPECT_EQ(caller.streams[stream].outcome(), "not_sent");
  held.Release(server_->loop());
  drain.join();
  ASSERT_TRUE(caller.AwaitEnd(1));
  EXPECT_EQ(caller.streams[1].grpc_status(), 0);
}

// It neither heeds GOAWAY nor ever stops: what is refused keeps no drain from its end. gRPC closes
// such a connection after 20 s by itself, so calls are counted: those of the second in which some
// are still taken, and those that come after it.
TEST_F(ServerTest, ACallerThatGoesOnCallingCannotKeepADrainFromItsEnd) {
  methods_.push_back(Echo());
  Start();
  RawH2 caller(server_->port());
  caller.answers_pings = false;
  caller.Send(RawH2::OpenWindow(0, 1 << 30));
  std::thread drain([&] { server_->Drain(absl::Hours(1)); });
  int taken = 0;
  int refused = 0;
  for (int32_t stream = 1; !caller.closed; stream += 2) {
    caller.Send(caller.Call(stream, "/a.B/Echo") + RawH2::Message(stream, ""));
    if (caller.AwaitEnd(stream)) ++(caller.streams[stream].grpc_status() == 0 ? taken : refused);
    caller.streams.erase(stream);
  }
  drain.join();
  EXPECT_LT(refused, 6 * taken);
}

// Closed-loop callers on real clients: whatever is on its way when the drain begins has an answer.
TEST_F(ServerTest, NoCallThatReachedTheServerIsCancelledByItsDrain) {
  methods_.push_back(Echo());
  Start();
  constexpr int kCallers = 16;
  std::vector<std::thread> callers;
  std::atomic<int> answered{0}, unreached{0};
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&, i] {
      grpc::ChannelArguments own;  // Its own connection.
      own.SetInt("caller", i);
      const auto channel = grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", server_->port()),
                                                     grpc::InsecureChannelCredentials(), own);
      for (;;) {
        const grpc::Status status = CallOn(channel, "/a.B/Echo");
        if (status.ok()) {
          ++answered;
          continue;
        }
        EXPECT_EQ(status.error_code(), grpc::UNAVAILABLE) << status.error_message();
        if (ReasonIn(status) == "SERVER_DRAINING") continue;
        ++unreached;
        return;
      }
    });
  }
  while (answered.load() < 2000) std::this_thread::yield();
  server_->Drain(absl::Seconds(10));
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(unreached.load(), kCallers);
}

// Neither is anybody waited for who has acknowledged that it is to go elsewhere.
TEST_F(ServerTest, ADrainWaitsForNobodyWhoHasGone) {
  longest_way_ = absl::InfiniteDuration();
  methods_.push_back(Echo());
  Start();
  {
    RawH2 gone(server_->port());
    gone.Send(gone.Call(1, "/a.B/Echo") + RawH2::Message(1, ""));
    ASSERT_TRUE(gone.AwaitEnd(1));
  }
  RawH2 idle(server_->port()), probe(server_->port());
  probe.Send(probe.Call(1, "/grpc.health.v1.Health/Watch") + RawH2::Message(1, ""));
  ASSERT_TRUE(probe.Await([&] { return probe.streams[1].data_bytes > 0; }));
  std::thread drain([&] { server_->Drain(absl::Seconds(60)); });
  for (RawH2* caller : {&idle, &probe}) ASSERT_TRUE(caller->Await([&] { return caller->closed; }));
  drain.join();
  EXPECT_EQ(probe.streams[1].reason(), "SERVER_DRAINING");
  EXPECT_EQ(metrics_.calls.load(), 0);
}

// A peer that is not there any more, or that does not read.
TEST_F(ServerTest, WhoAcknowledgesNothingIsNotWaitedForLong) {
  longest_way_ = absl::ZeroDuration();
  Start();
  RawH2 silent(server_->port());
  silent.Send(silent.Call(1, "/grpc.health.v1.Health/Watch") + RawH2::Message(1, ""));
  ASSERT_TRUE(silent.Await([&] { return silent.streams[1].data_bytes > 0; }));
  EXPECT_TRUE(server_->Drain(absl::Seconds(60)));
  EXPECT_EQ(metrics_.calls.load(), 0);
}

// Blocked for ever inside a method, as a disk could do it to a faulty one.
TEST_F(ServerTest, AThreadThatDoesNotEndIsLeftBehind) {
  static auto& blocked = *new absl::Notification;
  methods_.push_back(Unary<HealthCheckRequest, HealthCheckRequest>(
      "/a.B/Blocked", [](CallContext, HealthCheckRequest, Done<HealthCheckRequest>) {
        blocked.Notify();
        absl::Notification().WaitForNotification();
      }));
  Start();
  RawH2 caller(server_->port());
  caller.Send(caller.Call(1, "/a.B/Blocked") + RawH2::Message(1, ""));
  blocked.WaitForNotification();
  EXPECT_FALSE(server_->Drain(absl::ZeroDuration()));
  EXPECT_FALSE(server_->Drain(absl::ZeroDuration())) << "nor when it is asked again";
  server_.reset();
  EXPECT_TRUE(caller.Await([&] { return caller.closed; }));
}

}  // namespace
}  // namespace kyc::rpc
