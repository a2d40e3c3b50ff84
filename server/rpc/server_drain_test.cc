// How a server leaves: what its callers see on real connections.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "server/rpc/raw_h2.h"
#include "server/rpc/server_fixture.h"

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

// GOAWAY is long on its way to the caller, and the call that crosses it as long.
TEST_F(ServerTest, ACallThatCrossesGoawayOnALongWayStillRuns) {
  methods_.push_back(Echo());
  Start();
  RawH2 caller(server_->port());
  caller.Send(caller.Call(1, "/a.B/Echo") + RawH2::Message(1, ""));
  ASSERT_TRUE(caller.AwaitEnd(1));
  std::thread drain([&] { server_->Drain(absl::Seconds(60)); });
  while (!RawH2(server_->port()).closed) std::this_thread::yield();
  absl::SleepFor(absl::Milliseconds(300));  // The way.
  caller.Send(caller.Call(3, "/a.B/Echo") + RawH2::Message(3, ""));
  ASSERT_TRUE(caller.AwaitEnd(3));
  EXPECT_EQ(caller.streams[3].grpc_status(), 0);
  drain.join();
}

// One that does not heed GOAWAY: everything of it that arrives is answered until the end.
TEST_F(ServerTest, WhatArrivesLaterIsToldThatTheServerDrains) {
  Held held;
  methods_.push_back(held.MakeMethod());
  methods_.push_back(Echo());
  Start();
  RawH2 caller(server_->port());
  caller.Send(caller.Call(1, "/a.B/Held") + RawH2::Message(1, ""));
  held.arrived.WaitForNotification();
  std::thread drain([&] { server_->Drain(absl::Seconds(60)); });
  ASSERT_TRUE(caller.Await([&] { return !caller.goaways.empty(); }));
  int32_t stream = 3;
  for (int status = 0; status == 0; stream += 2) {
    caller.Send(caller.Call(stream, "/a.B/Echo") + RawH2::Message(stream, ""));
    if (!caller.AwaitEnd(stream) || caller.goaways.size() > 1) break;
    status = caller.streams[stream].grpc_status();
    if (status == 0) continue;
    EXPECT_EQ(status, grpc::UNAVAILABLE);
    EXPECT_EQ(caller.streams[stream].reason(), "SERVER_DRAINING");
  }
  held.Release(server_->loop());
  drain.join();
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

TEST_F(ServerTest, ADrainWithNobodyThereIsShort) {
  Start();
  RawH2 idle(server_->port());
  idle.Send(idle.Call(1, "/grpc.health.v1.Health/Watch") + RawH2::Message(1, ""));
  ASSERT_TRUE(idle.Await([&] { return idle.streams[1].data_bytes > 0; }));
  const absl::Time began = absl::Now();
  server_->Drain(absl::Seconds(60));
  EXPECT_LT(absl::Now() - began, absl::Seconds(30));  // It waits for nobody, not for 60 s.
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
