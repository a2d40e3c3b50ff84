// Calls that die in an unusual order, callers that do not do their part: nothing stays open.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "server/call/steady_now.h"
#include "server/rpc/testing/raw_h2.h"
#include "server/rpc/testing/server_fixture.h"

namespace kyc::rpc {
namespace {

constexpr char kCheck[] = "/grpc.health.v1.Health/Check";
constexpr char kReflect[] = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";

// Writes messages of 20 KB for as long as they are taken.
class Flood final : public Producer {
 public:
  explicit Flood(Stream* stream) : stream_(stream) { OnWritten(); }
  void OnWritten() override {
    HealthCheckRequest message;
    message.set_service(std::string(20'000, 'x'));
    stream_->Write(Serialize(message));
  }
  void OnDrain() override { stream_->Finish(absl::UnavailableError("draining")); }

 private:
  Stream* const stream_;
};

Method Flooding() {
  return ServerStream<HealthCheckRequest>(
      "/a.B/Flood",
      [](Stream* stream, HealthCheckRequest) -> absl::StatusOr<std::unique_ptr<Producer>> {
        return std::make_unique<Flood>(stream);
      });
}

// Takes an image or none.
Method WithImage(std::string name, bool optional) {
  Method method = Unary<HealthCheckRequest, HealthCheckRequest>(
      std::move(name), 1 << 20, {{HealthCheckRequest::kServiceFieldNumber}},
      [](CallContext, HealthCheckRequest, std::vector<Blob>, Done<HealthCheckRequest> done) {
        std::move(done)(HealthCheckRequest());
      });
  method.images_optional = optional;
  return method;
}

using EdgesTest = ServerTest;

TEST_F(EdgesTest, StreamsThatAreResetWithAWriteInTheirWayAreFreed) {
  methods_.push_back(Flooding());
  Start();
  for (int round = 0; round < 5; ++round) {
    RawH2 caller(server_->port());
    caller.Send(RawH2::OpenWindow(0, 1 << 30));
    for (int32_t stream = 1; stream < 120; stream += 2) {
      caller.Send(caller.Call(stream, "/a.B/Flood") + RawH2::Message(stream, ""));
      ASSERT_TRUE(caller.Await([&] { return caller.streams[stream].data_bytes > 20'000; }));
      caller.Send(RawH2::Reset(stream));
    }
    caller.Send(RawH2::Ping());
    ASSERT_TRUE(caller.Await([&] { return caller.pongs > 0; }));
  }
  AwaitNothingOpen();
}

TEST_F(EdgesTest, StreamsOfConnectionsThatVanishAreFreed) {
  methods_.push_back(Flooding());
  Start();
  for (int i = 0; i < 50; ++i) {
    RawH2 caller(server_->port());
    caller.Send(caller.Call(1, "/a.B/Flood") + RawH2::Message(1, ""));
    ASSERT_TRUE(caller.Await([&] { return caller.streams[1].data_bytes > 0; }));
  }
  AwaitNothingOpen();
}

// Random frames on shared connections, then the connections' end.
TEST_F(EdgesTest, WhateverCallersDoNothingStaysOpen) {
  methods_.push_back(Flooding());
  methods_.push_back(Echo());
  methods_.push_back(WithImage("/a.B/Image", false));
  Start();
  const std::vector<std::string> paths = {"/a.B/Flood", "/a.B/Echo", "/a.B/Image",
                                          "/a.B/None",  kCheck,      "/grpc.health.v1.Health/Watch",
                                          kReflect};
  std::mt19937 random(11);
  const auto below = [&](size_t n) { return random() % n; };
  for (int round = 0; round < 30; ++round) {
    RawH2 caller(server_->port(), below(2) == 0 ? 0 : 30'000);
    std::vector<int32_t> streams;
    for (int step = 0; step < 60; ++step) {
      const int32_t any = streams.empty() ? 0 : streams[below(streams.size())];
      switch (streams.empty() ? 0 : below(6)) {
        case 0: {
          const int32_t stream = streams.empty() ? 1 : streams.back() + 2;
          streams.push_back(stream);
          caller.Send(caller.Call(stream, paths[below(paths.size())]));
          break;
        }
        case 1:
          caller.Send(RawH2::Message(any, "", below(2) == 0));
          break;
        case 2:
          caller.Send(RawH2::MessagePart(any, 500'000, std::string(below(3000), 'x')));
          break;
        case 3:
          caller.Send(RawH2::Reset(any));
          break;
        case 4:
          caller.Send(RawH2::OpenWindow(any, 1 + static_cast<uint32_t>(below(100'000))));
          break;
        case 5:
          caller.Send(RawH2::Ping());
          break;
      }
      if (below(4) == 0) caller.ReadFor(0);
    }
  }
  AwaitNothingOpen();
}

TEST_F(EdgesTest, ManyHealthChecksInOneWriteAreAllAnswered) {
  Start();
  RawH2 caller(server_->port());
  std::string frames;
  for (int32_t stream = 1; stream < 2 * 200; stream += 2) {
    frames += caller.Call(stream, kCheck) + RawH2::Message(stream, "");
  }
  caller.Send(frames);
  for (int32_t stream = 1; stream < 2 * 200; stream += 2) {
    ASSERT_TRUE(caller.AwaitEnd(stream));
    EXPECT_EQ(caller.streams[stream].grpc_status(), 0) << stream;
  }
}

// Their limit ends them; until then they are counted and leave room for others.
TEST_F(EdgesTest, ConversationsThatTakeNoReplyAreCountedAndEndedByADrain) {
  methods_.push_back(Echo());
  Start();
  RawH2 stuck(server_->port(), 0);
  const std::string list_services("\x3a\0", 2);
  std::string frames;
  constexpr int kMany = 2100;  // A few more than anybody may have open.
  for (int32_t stream = 1; stream < 2 * kMany; stream += 2) {
    frames += stuck.Call(stream, kReflect) + RawH2::Message(stream, list_services, false);
  }
  stuck.Send(frames);
  ASSERT_TRUE(stuck.Await([&] {
    for (const auto& [number, stream] : stuck.streams) {
      if (stream.reason() == "TOO_MANY_STREAMS") return true;
    }
    return false;
  }));
  EXPECT_TRUE(Call("/a.B/Echo").ok());
  server_->Drain(absl::ZeroDuration());
  EXPECT_EQ(metrics_.calls, 0);
}

TEST_F(EdgesTest, StalledUploadsHoldUpNeitherSmallCallsNorThoseWithoutAnImage) {
  methods_.push_back(WithImage("/a.B/Image", false));
  methods_.push_back(WithImage("/a.B/Optional", true));
  methods_.push_back(Echo());
  limits_.max_request_bytes_in_flight = 10 << 20;
  Start();
  RawH2 stalled(server_->port());
  for (int32_t stream = 1; stream < 2 * 60; stream += 2) {
    const char* const method = stream < 60 ? "/a.B/Image" : "/a.B/Optional";
    stalled.Send(stalled.Call(stream, method) +
                 RawH2::MessagePart(stream, 1'000'000, std::string(1000, 'x')));
  }
  RawH2 other(server_->port());
  int32_t stream = 1;
  for (const char* method : {"/a.B/Echo", "/a.B/Optional", kCheck}) {
    other.Send(other.Call(stream, method) + RawH2::Message(stream, ""));
    ASSERT_TRUE(other.AwaitEnd(stream));
    EXPECT_EQ(other.streams[stream].grpc_status(), 0) << method;
    stream += 2;
  }
  EXPECT_EQ(metrics_.request_bytes, 0);  // Nothing of the uploads has arrived.
}

TEST_F(EdgesTest, LargeHeadersAreFineAndTooLargeOnesEndTheirCallOnly) {
  Method held = Unary<HealthCheckRequest, HealthCheckRequest>(
      "/a.B/Held", [this](CallContext, HealthCheckRequest, Done<HealthCheckRequest> done) {
        server_->loop().After(absl::Seconds(1), [done = std::move(done)]() mutable {
          std::move(done)(HealthCheckRequest());
        });
      });
  methods_.push_back(std::move(held));
  methods_.push_back(Echo());
  Start();
  RawH2 shared(server_->port());
  shared.Send(shared.Call(1, "/a.B/Held") + RawH2::Message(1, ""));
  const auto with = [](size_t bytes) { return RawH2::Headers{{"x-a", std::string(bytes, 'a')}}; };
  shared.Send(shared.Call(3, "/a.B/Echo", with(60'000)) + RawH2::Message(3, ""));
  shared.Send(shared.Call(5, "/a.B/Echo", with(65'500)) + RawH2::Message(5, ""));
  for (int32_t stream : {1, 3, 5}) ASSERT_TRUE(shared.AwaitEnd(stream));
  EXPECT_EQ(shared.streams[1].grpc_status(), 0);
  EXPECT_EQ(shared.streams[3].grpc_status(), 0);
  EXPECT_EQ(shared.streams[5].grpc_status(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(shared.streams[5].reason(), "HEADERS_TOO_LARGE");
  EXPECT_FALSE(shared.closed);
}

TEST_F(EdgesTest, TheLongestDeadlineIsOneThatIsFarAway) {
  absl::Time deadline;
  methods_.push_back(Unary<HealthCheckRequest, HealthCheckRequest>(
      "/a.B/Deadline", [&](CallContext context, HealthCheckRequest, Done<HealthCheckRequest> done) {
        deadline = context.deadline;
        std::move(done)(HealthCheckRequest());
      }));
  Start();
  RawH2 caller(server_->port());
  caller.Send(caller.Call(1, "/a.B/Deadline", {{"grpc-timeout", "2562047H"}}) +
              RawH2::Message(1, ""));
  ASSERT_TRUE(caller.AwaitEnd(1));
  EXPECT_EQ(caller.streams[1].grpc_status(), 0);
  EXPECT_GT(deadline, SteadyNow() + limits_.max_deadline - absl::Minutes(1));
  EXPECT_LE(deadline, SteadyNow() + limits_.max_deadline);
}

TEST_F(EdgesTest, AMethodThatDoesNotAnswerIsAnsweredForAtItsDeadline) {
  limits_.default_deadline = absl::Milliseconds(1);
  std::vector<Done<HealthCheckRequest>> answers;
  std::stop_token cancel;
  methods_.push_back(Unary<HealthCheckRequest, HealthCheckRequest>(
      "/a.B/Never", [&](CallContext context, HealthCheckRequest, Done<HealthCheckRequest> done) {
        cancel = context.cancel;
        answers.push_back(std::move(done));
      }));
  Start();
  const grpc::Status status = Call("/a.B/Never");
  EXPECT_EQ(status.error_code(), grpc::DEADLINE_EXCEEDED);
  EXPECT_EQ(ReasonIn(status), "CALLER_DEADLINE");
  EXPECT_TRUE(cancel.stop_requested());
  EXPECT_EQ(metrics_.calls, 1);  // Its method still owes the answer.
  absl::Notification answered;
  server_->loop().Post([&] {
    answers.clear();
    answered.Notify();
  });
  answered.WaitForNotification();
  AwaitNothingOpen();
}

TEST_F(EdgesTest, TheMetricsTellHowManyStreamsAreOpen) {
  methods_.push_back(Flooding());
  Start();
  RawH2 caller(server_->port());
  caller.Send(RawH2::OpenWindow(0, 1 << 30));
  for (int32_t stream : {1, 3}) {
    caller.Send(caller.Call(stream, "/a.B/Flood") + RawH2::Message(stream, ""));
  }
  ASSERT_TRUE(caller.Await([&] { return caller.streams[3].data_bytes > 0; }));
  EXPECT_EQ(metrics_.streams, 2);
  EXPECT_EQ(metrics_.calls, 2);
}

TEST_F(EdgesTest, AMessageLargerThanEveryLimitHasAReasonToo) {
  methods_.push_back(Echo());
  Start();
  const grpc::Status status = Call("/a.B/Echo", std::string(5 << 20, 'x'));
  EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonIn(status), "INVALID_REQUEST");
}

}  // namespace
}  // namespace kyc::rpc
