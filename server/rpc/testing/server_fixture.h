// The fixture of tests that speak gRPC to a server of this room.
#ifndef SERVER_RPC_TESTING_SERVER_FIXTURE_H_
#define SERVER_RPC_TESTING_SERVER_FIXTURE_H_

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpc/health/v1/health.pb.h"
#include "server/call/testing/fake_metrics.h"
#include "server/rpc/health.h"
#include "server/rpc/reflection.h"
#include "server/rpc/server.h"

namespace kyc::rpc {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// Notes what the metrics are told of each call's end. Read it when the server is gone.
class EndedCalls : public FakeMetrics {
 public:
  void CallEnded(absl::string_view method, absl::StatusCode code, absl::string_view reason,
                 absl::Duration) override {
    ++ended;
    seen.push_back(absl::StrCat(method, " ", absl::StatusCodeToString(code), " ", reason));
  }
  void CallsOpen(int64_t calls_now, int64_t streams_now, int64_t bytes_now) override {
    calls = calls_now;
    most_calls = std::max(most_calls.load(), calls_now);
    streams = streams_now;
    request_bytes = bytes_now;
  }
  std::vector<std::string> seen;
  // What is open now; read at any time.
  std::atomic<int64_t> calls{0}, streams{0}, request_bytes{0};
  std::atomic<int64_t> most_calls{0}, ended{0};
};

// A server on a free port with the methods that a test gives it, health and reflection.
class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    config::Caller local;
    local.name = "local";
    local.loopback = true;
    callers_.push_back(local);
  }

  // Trusted, on this port of 127.0.0.1.
  static Listener OnPort(int port) { return OnAddress(absl::StrCat("127.0.0.1:", port)); }
  static Listener OnAddress(const std::string& address) {
    return MakeListener({.field = "grpc.listen", .address = address, .trusted = true}, nullptr);
  }

  void Start() {
    server_ = std::make_unique<Server>(limits_, callers_, metrics_, longest_way_);
    for (Method& method : methods_) server_->Add(std::move(method));
    for (Method& method : HealthMethods({"a.B"}, server_->serving())) {
      server_->Add(std::move(method));
    }
    for (Method& method : ReflectionMethods({"a.B"})) server_->Add(std::move(method));
    ASSERT_TRUE(server_->Listen({OnPort(0)}).ok());
    server_->Serve();
    channel_ = grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()),
                                   grpc::InsecureChannelCredentials());
  }

  // Calls `method` with raw bytes, blocking.
  grpc::Status Call(const std::string& method, const std::string& bytes, std::string* reply,
                    grpc::ClientContext* context) {
    return CallOn(channel_, method, bytes, reply, context);
  }
  static grpc::Status CallOn(const std::shared_ptr<grpc::Channel>& channel,
                             const std::string& method, const std::string& bytes,
                             std::string* reply, grpc::ClientContext* context) {
    grpc::GenericStub stub(channel);
    grpc::CompletionQueue queue;
    grpc::Slice slice(bytes);
    auto call = stub.PrepareUnaryCall(context, method, grpc::ByteBuffer(&slice, 1), &queue);
    call->StartCall();
    grpc::ByteBuffer response;
    grpc::Status status;
    call->Finish(&response, &status, nullptr);
    void* tag;
    bool ok;
    queue.Next(&tag, &ok);
    grpc::Slice joined;
    if (status.ok() && response.DumpToSingleSlice(&joined).ok() && reply != nullptr) {
      reply->assign(reinterpret_cast<const char*>(joined.begin()), joined.size());
    }
    return status;
  }
  // Until every count is back at zero; gives up with the test's time.
  void AwaitNothingOpen() {
    while (metrics_.calls != 0 || metrics_.streams != 0 || metrics_.request_bytes != 0) {
      std::this_thread::yield();
    }
  }

  grpc::Status Call(const std::string& method, const std::string& bytes = "") {
    grpc::ClientContext context;
    return Call(method, bytes, nullptr, &context);
  }

  static grpc::Status CallOn(const std::shared_ptr<grpc::Channel>& channel,
                             const std::string& method) {
    grpc::ClientContext context;
    return CallOn(channel, method, "", nullptr, &context);
  }

  // Empty where there is none.
  static google::rpc::ErrorInfo InfoIn(const grpc::Status& status) {
    google::rpc::Status details;
    google::rpc::ErrorInfo info;
    const bool any = details.ParseFromString(status.error_details()) && details.details_size() > 0;
    if (any) details.details(0).UnpackTo(&info);
    return info;
  }
  static std::string ReasonIn(const grpc::Status& status) { return InfoIn(status).reason(); }

  EndedCalls metrics_;
  absl::Duration longest_way_ = kLongestWay;
  config::Grpc limits_;
  std::vector<config::Caller> callers_;
  std::vector<Method> methods_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

// Answers what it was asked.
inline Method Echo() {
  return Unary<HealthCheckRequest, HealthCheckRequest>(
      "/a.B/Echo", [](CallContext, HealthCheckRequest request, Done<HealthCheckRequest> done) {
        std::move(done)(std::move(request));
      });
}

}  // namespace kyc::rpc

#endif  // SERVER_RPC_TESTING_SERVER_FIXTURE_H_
