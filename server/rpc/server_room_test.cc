// What calls may hold, and how long.
#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <stop_token>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "server/call/error.h"
#include "server/rpc/testing/server_fixture.h"

namespace kyc::rpc {
namespace {

TEST_F(ServerTest, TooLongRequestForItsMethodIsRefused) {
  Method echo = Echo();
  echo.max_request_bytes = 10;
  methods_.push_back(std::move(echo));
  Start();
  const grpc::Status status = Call("/a.B/Echo", std::string(100, 'x'));
  EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonIn(status), "INVALID_REQUEST");
}

TEST_F(ServerTest, RequestsOverTheBudgetAreRefusedAfterTheWait) {
  limits_.max_request_bytes_in_flight = 128 << 10;
  limits_.overload_wait = absl::Milliseconds(1);
  absl::Notification arrived, release;
  std::thread answering;
  methods_.push_back(Echo());
  methods_.push_back(Unary<HealthCheckRequest, HealthCheckRequest>(
      "/a.B/Hold", 128 << 10, {},
      [&](CallContext, HealthCheckRequest request, std::vector<Blob>,
          Done<HealthCheckRequest> done) {
        answering = std::thread([&, request, done = std::move(done)]() mutable {
          release.WaitForNotification();
          std::move(done)(std::move(request));
        });
        arrived.Notify();
      }));
  Start();
  HealthCheckRequest large;
  large.set_service(std::string(60'000, 'x'));
  std::thread first([&] { EXPECT_TRUE(Call("/a.B/Hold", large.SerializeAsString()).ok()); });
  arrived.WaitForNotification();
  const grpc::Status status = Call("/a.B/Hold", large.SerializeAsString());
  EXPECT_EQ(status.error_code(), grpc::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonIn(status), "GATEWAY_OVERLOADED");
  EXPECT_TRUE(Call("/a.B/Echo").ok());  // Small requests get in all the same.
  release.Notify();
  first.join();
  answering.join();
}

// A call whose steps are taken by hand.
class OpenCall {
 public:
  OpenCall(const std::shared_ptr<grpc::Channel>& channel, const std::string& method)
      : stub_(channel), call_(stub_.PrepareCall(&context_, method, &queue_)) {
    call_->StartCall(nullptr);
    Await();
  }
  ~OpenCall() {
    context_.TryCancel();
    call_->Finish(&status_, nullptr);
    Await();
  }
  void WriteLast(const std::string& bytes) {
    grpc::Slice slice(bytes);
    call_->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), nullptr);
    Await();
  }

 private:
  void Await() {
    void* tag;
    bool ok;
    queue_.Next(&tag, &ok);
  }
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  grpc::GenericStub stub_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
  grpc::Status status_;
};

TEST_F(ServerTest, CallsWithoutAMessageLockNobodyOut) {
  limits_.max_request_bytes_in_flight = 64 << 10;
  methods_.push_back(Echo());
  Start();
  std::vector<std::unique_ptr<OpenCall>> silent;
  for (int i = 0; i < 40; ++i) {
    silent.push_back(std::make_unique<OpenCall>(channel_, "/grpc.health.v1.Health/Check"));
  }
  EXPECT_TRUE(Call("/a.B/Echo").ok());
  auto stub = grpc::health::v1::Health::NewStub(channel_);
  HealthCheckResponse response;
  grpc::ClientContext context;
  EXPECT_TRUE(stub->Check(&context, HealthCheckRequest(), &response).ok());
}

TEST_F(ServerTest, DrainEndsAReplyThatNobodyTakes) {
  absl::Notification replied;
  methods_.push_back(Unary<HealthCheckRequest, HealthCheckRequest>(
      "/a.B/Large", [&](CallContext, HealthCheckRequest, Done<HealthCheckRequest> done) {
        HealthCheckRequest large;
        large.set_service(std::string(3 << 20, 'x'));  // More than flow control lets through.
        std::move(done)(std::move(large));
        replied.Notify();
      }));
  Start();
  grpc::ChannelArguments no_growth;  // Of the window, so that the reply gets stuck.
  no_growth.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  OpenCall call(grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", server_->port()),
                                          grpc::InsecureChannelCredentials(), no_growth),
                "/a.B/Large");
  call.WriteLast("");
  replied.WaitForNotification();
  server_->Drain(absl::ZeroDuration());
}

}  // namespace
}  // namespace kyc::rpc
