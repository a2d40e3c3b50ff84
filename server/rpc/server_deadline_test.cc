// Calls whose callers say how long they wait: nothing of them is waited for longer.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/rpc/testing/raw_h2.h"
#include "server/rpc/testing/server_fixture.h"

namespace kyc::rpc {
namespace {

const RawH2::Headers kShort = {{"grpc-timeout", "300m"}};

// Writes as many messages of 20 KB as are taken, or none.
class Writer final : public Producer {
 public:
  Writer(Stream* stream, bool writes) : stream_(stream) {
    if (writes) OnWritten();
  }
  void OnWritten() override {
    HealthCheckRequest message;
    message.set_service(std::string(20'000, 'x'));
    stream_->Write(Serialize(message));
  }
  void OnDrain() override { stream_->Finish(absl::UnavailableError("draining")); }

 private:
  Stream* const stream_;
};

Method Writing(std::string name, bool writes) {
  return ServerStream<HealthCheckRequest>(
      std::move(name),
      [writes](Stream* stream, HealthCheckRequest) -> absl::StatusOr<std::unique_ptr<Producer>> {
        return std::make_unique<Writer>(stream, writes);
      });
}

Method Image() {
  return Unary<HealthCheckRequest, HealthCheckRequest>(
      "/a.B/Image", 1 << 20, {{HealthCheckRequest::kServiceFieldNumber}},
      [](CallContext, HealthCheckRequest, std::vector<Blob>, Done<HealthCheckRequest> done) {
        std::move(done)(HealthCheckRequest());
      });
}

class DeadlineTest : public ServerTest {
 protected:
  void StartAll() {
    methods_.push_back(Echo());
    methods_.push_back(Image());
    methods_.push_back(Writing("/a.B/Silent", false));
    methods_.push_back(Writing("/a.B/Flood", true));
    methods_.push_back(Unary<HealthCheckRequest, HealthCheckRequest>(
        "/a.B/Never", [this](CallContext, HealthCheckRequest, Done<HealthCheckRequest> done) {
          never_.push_back(std::move(done));
        }));
    Start();
  }
  // Answers what nobody waits for any more.
  void AnswerNever() {
    server_->loop().Post([this] { never_.clear(); });
  }

 private:
  std::vector<Done<HealthCheckRequest>> never_;  // The loop's.
};

constexpr char kReflect[] = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";

// What each phase waits for does not come. A second call, without a deadline, waits on.
TEST_F(DeadlineTest, EveryPhaseEndsAtTheCallersDeadline) {
  const struct {
    const char* waits_for;
    const char* path;
    std::string sent;  // Of the message and its five bytes; stream 1 stands for any.
    const char* outcome;
  } kCases[] = {
      {"a message", "/a.B/Echo", "", "not_sent"},
      {"the rest of a message", "/a.B/Image", RawH2::MessagePart(1, 1000, "x"), "not_sent"},
      {"health's message", "/grpc.health.v1.Health/Check", "", "not_sent"},
      {"a stream's message", "/a.B/Flood", "", "not_sent"},
      {"a stream's events", "/a.B/Silent", RawH2::Message(1, "", false), "not_sent"},
      {"a conversation's message", kReflect, "", "not_sent"},
      {"its next one", kReflect, RawH2::Message(1, {"\x3a\0", 2}, false), "not_sent"},
      {"the method", "/a.B/Never", RawH2::Message(1, ""), "unknown"},
  };
  StartAll();
  for (const auto& [waits_for, path, sent, outcome] : kCases) {
    SCOPED_TRACE(waits_for);
    RawH2 patient(server_->port()), caller(server_->port());
    patient.Send(patient.Call(1, path) + sent);
    caller.Send(caller.Call(1, path, kShort) + sent);
    ASSERT_TRUE(caller.AwaitEnd(1));
    EXPECT_EQ(caller.streams[1].grpc_status(), grpc::DEADLINE_EXCEEDED);
    EXPECT_EQ(caller.streams[1].reason(), "CALLER_DEADLINE");
    EXPECT_EQ(caller.streams[1].outcome(), outcome);
    patient.ReadFor(0);
    EXPECT_FALSE(patient.streams[1].ended);
  }
  AnswerNever();
  AwaitNothingOpen();
}

// It reads what is said of the end, at most.
TEST_F(DeadlineTest, WhoTakesNothingIsCutSoonAfterItsDeadline) {
  StartAll();
  for (const char* path : {"/a.B/Flood", kReflect}) {
    RawH2 patient(server_->port(), 0), caller(server_->port(), 0);
    const std::string message = RawH2::Message(1, {"\x3a\0", 2}, false);
    patient.Send(patient.Call(1, path) + message);
    caller.Send(caller.Call(1, path, kShort) + message);
    ASSERT_TRUE(caller.AwaitEnd(1)) << path;
    EXPECT_TRUE(caller.streams[1].reset);
    patient.ReadFor(0);
    EXPECT_FALSE(patient.streams[1].ended);
  }
  AwaitNothingOpen();
}

TEST_F(DeadlineTest, ACallThatWaitsForItsTurnSaysThatItWasNotSent) {
  limits_.max_request_bytes_in_flight = 1 << 20;
  StartAll();
  RawH2 stalled(server_->port()), caller(server_->port());
  stalled.Send(stalled.Call(1, "/a.B/Image") + RawH2::MessagePart(1, 1000, "x"));
  while (metrics_.calls < 1) std::this_thread::yield();
  caller.Send(caller.Call(1, "/a.B/Image", kShort) + RawH2::Message(1, ""));
  ASSERT_TRUE(caller.AwaitEnd(1));
  EXPECT_EQ(caller.streams[1].grpc_status(), grpc::DEADLINE_EXCEEDED);
  EXPECT_EQ(caller.streams[1].reason(), "CALLER_DEADLINE");
  EXPECT_EQ(caller.streams[1].outcome(), "not_sent");
  stalled.ReadFor(0);
  EXPECT_FALSE(stalled.streams[1].ended);
}

TEST_F(DeadlineTest, TheTurnOfACallThatEndedIsFree) {
  limits_.max_request_bytes_in_flight = 1 << 20;
  StartAll();
  RawH2 stalled(server_->port()), next(server_->port());
  stalled.Send(stalled.Call(1, "/a.B/Image", kShort) + RawH2::MessagePart(1, 1000, "x"));
  while (metrics_.calls < 1) std::this_thread::yield();
  next.Send(next.Call(1, "/a.B/Image") + RawH2::Message(1, ""));
  ASSERT_TRUE(next.AwaitEnd(1));
  EXPECT_EQ(next.streams[1].grpc_status(), 0);
  ASSERT_TRUE(stalled.AwaitEnd(1));
  EXPECT_EQ(stalled.streams[1].reason(), "CALLER_DEADLINE");
  AwaitNothingOpen();
}

// Nothing is begun for a caller that has gone by then.
TEST_F(DeadlineTest, AMessageThatComesLateIsNotHandled) {
  limits_.default_deadline = absl::ZeroDuration();
  StartAll();
  RawH2 caller(server_->port());
  caller.Send(caller.Call(1, "/a.B/Echo") + RawH2::Message(1, ""));
  ASSERT_TRUE(caller.AwaitEnd(1));
  EXPECT_EQ(caller.streams[1].reason(), "CALLER_DEADLINE");
  EXPECT_EQ(caller.streams[1].outcome(), "not_sent");
}

}  // namespace
}  // namespace kyc::rpc
