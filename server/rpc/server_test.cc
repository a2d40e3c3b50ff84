#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <stop_token>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "server/call/error.h"
#include "server/rpc/testing/server_fixture.h"

namespace kyc::rpc {
namespace {

TEST_F(ServerTest, UnaryMethodAnswers) {
  methods_.push_back(Echo());
  Start();
  HealthCheckRequest request;
  request.set_service("x");
  grpc::ClientContext context;
  std::string reply;
  ASSERT_TRUE(Call("/a.B/Echo", request.SerializeAsString(), &reply, &context).ok());
  EXPECT_EQ(reply, request.SerializeAsString());
}

TEST_F(ServerTest, UnknownMethodIsUnimplemented) {
  Start();
  const grpc::Status status = Call("/a.B/Other");
  EXPECT_EQ(status.error_code(), grpc::UNIMPLEMENTED);
  EXPECT_EQ(ReasonIn(status), "UNKNOWN_METHOD");
}

TEST_F(ServerTest, UnreadableRequestIsMalformed) {
  methods_.push_back(Echo());
  Start();
  const grpc::Status status = Call("/a.B/Echo", "\xff\xff");
  EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonIn(status), "MALFORMED_REQUEST");
}

TEST_F(ServerTest, InvalidUtf8IsMalformed) {
  methods_.push_back(Echo());
  Start();
  EXPECT_EQ(ReasonIn(Call("/a.B/Echo", "\x0a\x01\xff")), "MALFORMED_REQUEST");
}

TEST_F(ServerTest, CompressedRequestIsUnimplemented) {
  methods_.push_back(Echo());
  Start();
  grpc::ClientContext context;
  context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  const grpc::Status status =
      Call("/a.B/Echo", std::string("\x0a\x7f") + std::string(127, 'x'), nullptr, &context);
  EXPECT_EQ(status.error_code(), grpc::UNIMPLEMENTED) << status.error_message();
}

TEST_F(ServerTest, MetricsTellWhatTheCallerGot) {
  methods_.push_back(Echo());
  Start();
  EXPECT_TRUE(Call("/a.B/Echo").ok());
  Call("/a.B/Echo", "\xff\xff");
  Call("/a.B/Other");
  grpc::ClientContext compressed;
  compressed.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  Call("/a.B/Echo", std::string("\x0a\x7f") + std::string(127, 'x'), nullptr, &compressed);
  server_.reset();
  EXPECT_THAT(metrics_.seen, testing::UnorderedElementsAre(
                                 "a.B/Echo OK ", "a.B/Echo INVALID_ARGUMENT MALFORMED_REQUEST",
                                 "unknown UNIMPLEMENTED UNKNOWN_METHOD", "a.B/Echo CANCELLED "));
}

TEST_F(ServerTest, EveryCallSaysByWhichIdItIsFound) {
  methods_.push_back(Echo());
  Start();
  const struct {
    const char* what;
    const char* method;
    std::string sent;
    testing::Matcher<std::string> told;
  } kCases[] = {
      {"answered", "/a.B/Echo", "order-17", "order-17"},
      {"health", "/grpc.health.v1.Health/Check", "order-18", "order-18"},
      {"none sent", "/a.B/Echo", "", testing::MatchesRegex("[0-9a-f]{16}-[0-9]+")},
      {"one that no line can hold", "/a.B/Echo", "a b", testing::MatchesRegex("[0-9a-f]{16}-.*")},
      {"an error", "/a.B/Other", "order-19", "order-19"},
      {"an error, none sent", "/a.B/Other", "", testing::MatchesRegex("[0-9a-f]{16}-[0-9]+")},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.what);
    grpc::ClientContext context;
    if (!c.sent.empty()) context.AddMetadata("x-request-id", c.sent);
    const grpc::Status status = Call(c.method, "", nullptr, &context);
    const auto& told = context.GetServerInitialMetadata();
    ASSERT_EQ(told.count("x-request-id"), 1);
    const grpc::string_ref id = told.find("x-request-id")->second;
    EXPECT_THAT(std::string(id.data(), id.size()), c.told);
    if (status.ok()) continue;
    EXPECT_EQ(InfoIn(status).metadata().at("requestId"), std::string(id.data(), id.size()));
  }
}

TEST_F(ServerTest, CallerWithoutEntryIsUnauthenticated) {
  callers_.clear();
  methods_.push_back(Echo());
  Start();
  const grpc::Status status = Call("/a.B/Echo");
  EXPECT_EQ(status.error_code(), grpc::UNAUTHENTICATED);
  EXPECT_EQ(ReasonIn(status), "CALLER_UNAUTHENTICATED");
}

TEST_F(ServerTest, CallersAreReplacedForLaterCallsWhileTheRunningOneKeepsItsOwn) {
  config::Caller app;
  app.name = "app";
  app.bearer_token = Secret("old-token-of-many-characters");
  app.allow_full_view = true;
  callers_ = {app};
  absl::Notification arrived, go_on;
  std::string ran_as;
  std::thread waiting;
  methods_.push_back(Echo());
  methods_.push_back(Unary<HealthCheckRequest, HealthCheckRequest>(
      "/a.B/Wait",
      [&](CallContext context, HealthCheckRequest request, Done<HealthCheckRequest> done) {
        waiting = std::thread([&, context = std::move(context), request = std::move(request),
                               done = std::move(done)]() mutable {
          arrived.Notify();
          go_on.WaitForNotification();
          ran_as = absl::StrCat(context.caller, context.allow_full_view);
          std::move(done)(std::move(request));
        });
      }));
  Start();
  const auto call_with = [this](const char* method, const char* token) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", token);
    return Call(method, "", nullptr, &context).error_code();
  };
  std::thread running(
      [&] { EXPECT_EQ(call_with("/a.B/Wait", "Bearer old-token-of-many-characters"), grpc::OK); });
  arrived.WaitForNotification();
  app.bearer_token = Secret("new-token-of-many-characters");
  app.allow_full_view = false;
  server_->UseCallers({app});
  // The loop takes them in order: after the list, whatever arrives later.
  absl::Notification taken;
  server_->loop().Post([&] { taken.Notify(); });
  taken.WaitForNotification();
  EXPECT_EQ(call_with("/a.B/Echo", "Bearer old-token-of-many-characters"), grpc::UNAUTHENTICATED);
  EXPECT_EQ(call_with("/a.B/Echo", "Bearer new-token-of-many-characters"), grpc::OK);
  go_on.Notify();
  running.join();
  waiting.join();
  EXPECT_EQ(ran_as, "app1");
}

TEST_F(ServerTest, BearerTokenNamesTheCaller) {
  config::Caller service;
  service.name = "service";
  service.bearer_token = Secret("t0ken-of-many-characters");
  callers_ = {service};
  std::promise<std::string> caller;
  methods_.push_back(Unary<HealthCheckRequest, HealthCheckRequest>(
      "/a.B/Who",
      [&](CallContext context, HealthCheckRequest request, Done<HealthCheckRequest> done) {
        caller.set_value(context.caller);
        std::move(done)(std::move(request));
      }));
  Start();
  grpc::ClientContext right;
  right.AddMetadata("authorization", "Bearer t0ken-of-many-characters");
  EXPECT_TRUE(Call("/a.B/Who", "", nullptr, &right).ok());
  EXPECT_EQ(caller.get_future().get(), "service");
  grpc::ClientContext wrong;
  wrong.AddMetadata("authorization", "Bearer other");
  EXPECT_EQ(ReasonIn(Call("/a.B/Who", "", nullptr, &wrong)), "CALLER_UNAUTHENTICATED");
}

TEST_F(ServerTest, AnswerFromAnotherThreadArrives) {
  std::vector<std::thread> threads;
  methods_.push_back(Unary<HealthCheckRequest, HealthCheckRequest>(
      "/a.B/Later", [&](CallContext, HealthCheckRequest request, Done<HealthCheckRequest> done) {
        threads.emplace_back(
            [request, done = std::move(done)]() mutable { std::move(done)(std::move(request)); });
      }));
  Start();
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(Call("/a.B/Later").ok());
  for (std::thread& thread : threads) thread.join();
}

TEST_F(ServerTest, ForgottenAnswerIsAGatewayBug) {
  methods_.push_back(Unary<HealthCheckRequest, HealthCheckRequest>(
      "/a.B/Forget", [](CallContext, HealthCheckRequest, Done<HealthCheckRequest>) {}));
  Start();
  const grpc::Status status = Call("/a.B/Forget");
  EXPECT_EQ(status.error_code(), grpc::INTERNAL);
  EXPECT_EQ(ReasonIn(status), "GATEWAY_BUG");
}

TEST_F(ServerTest, CallersCancelReachesTheMethod) {
  absl::Notification arrived, cancelled;
  std::unique_ptr<std::stop_callback<std::function<void()>>> on_stop;
  methods_.push_back(Unary<HealthCheckRequest, HealthCheckRequest>(
      "/a.B/Wait", [&](CallContext context, HealthCheckRequest, Done<HealthCheckRequest> done) {
        auto answer = std::make_shared<Done<HealthCheckRequest>>(std::move(done));
        on_stop = std::make_unique<std::stop_callback<std::function<void()>>>(
            context.cancel, [&, answer] {
              std::move (*answer)(absl::CancelledError("cancelled"));
              cancelled.Notify();
            });
        arrived.Notify();
      }));
  Start();
  grpc::ClientContext context;
  std::thread caller([&] { Call("/a.B/Wait", "", nullptr, &context); });
  arrived.WaitForNotification();
  context.TryCancel();
  cancelled.WaitForNotification();
  caller.join();
  on_stop.reset();  // It has the call's answer, which must not outlive the server.
  server_.reset();
}

TEST_F(ServerTest, PortInUseIsOneLineThatNamesIt) {
  Start();
  Server second(limits_, {}, metrics_);
  EXPECT_EQ(second.Listen({OnPort(server_->port())}),
            absl::UnavailableError(
                absl::StrCat("cannot listen on 127.0.0.1:", server_->port(),
                             ": Address already in use, by another program or by another gateway "
                             "(grpc.listen)")));
  Server elsewhere(limits_, {}, metrics_);
  EXPECT_EQ(elsewhere.Listen({OnAddress("192.0.2.1:0")}),  // TEST-NET-1: nobody has it.
            absl::UnavailableError("cannot listen on 192.0.2.1:0: Cannot assign requested "
                                   "address, this machine has no such address (grpc.listen)"));
}

// As a start that fails while the event log already tells of events.
TEST_F(ServerTest, WhatWasPostedToAServerThatNeverServedIsDropped) {
  bool ran = false;
  const auto token = std::make_shared<int>();
  {
    Server unmade(limits_, callers_, metrics_);
    unmade.loop().Post([&ran, token] { ran = true; });
    Server bound(limits_, callers_, metrics_);
    for (Method& method : HealthMethods({"a.B"}, bound.serving())) bound.Add(std::move(method));
    ASSERT_TRUE(bound.Listen({OnPort(0)}).ok());
    bound.loop().Post([&ran, token] { ran = true; });
    EXPECT_NE(bound.port(), 0);
  }
  EXPECT_FALSE(ran);
  EXPECT_EQ(token.use_count(), 1);
}

TEST_F(ServerTest, HealthTellsKnownAndUnknownServices) {
  Start();
  auto stub = grpc::health::v1::Health::NewStub(channel_);
  HealthCheckResponse response;
  HealthCheckRequest request;
  request.set_service("a.B");
  grpc::ClientContext known;
  ASSERT_TRUE(stub->Check(&known, request, &response).ok());
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  request.set_service("no.Such");
  grpc::ClientContext unknown;
  const grpc::Status status = stub->Check(&unknown, request, &response);
  EXPECT_EQ(status.error_code(), grpc::NOT_FOUND);
  EXPECT_EQ(ReasonIn(status), "SERVICE_NOT_FOUND");
}

TEST_F(ServerTest, AServerThatWillLeaveSaysSoAndStillTakesCalls) {
  methods_.push_back(Echo());
  Start();
  auto stub = grpc::health::v1::Health::NewStub(channel_);
  HealthCheckResponse response;
  grpc::ClientContext early, late;
  const auto watch = stub->Watch(&early, HealthCheckRequest());
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  server_->BeginDrain();
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  for (const char* service : {"", "a.B"}) {
    HealthCheckRequest request;
    request.set_service(service);
    grpc::ClientContext context;
    ASSERT_TRUE(stub->Check(&context, request, &response).ok());
    EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING) << service;
  }
  const auto late_watch = stub->Watch(&late, HealthCheckRequest());
  ASSERT_TRUE(late_watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  grpc::health::v1::HealthListResponse all;
  grpc::ClientContext listing;
  ASSERT_TRUE(stub->List(&listing, grpc::health::v1::HealthListRequest(), &all).ok());
  ASSERT_EQ(all.statuses_size(), 2);
  for (const auto& [service, status] : all.statuses()) {
    EXPECT_EQ(status.status(), HealthCheckResponse::NOT_SERVING) << service;
  }
  EXPECT_TRUE(Call("/a.B/Echo").ok());
  server_->Drain(absl::ZeroDuration());
  EXPECT_FALSE(watch->Read(&response));
  EXPECT_EQ(ReasonIn(watch->Finish()), "SERVER_DRAINING");
}

TEST_F(ServerTest, ReflectionListsAndDescribes) {
  Start();
  auto stub = grpc::reflection::v1::ServerReflection::NewStub(channel_);
  grpc::ClientContext context;
  auto stream = stub->ServerReflectionInfo(&context);
  grpc::reflection::v1::ServerReflectionRequest request;
  grpc::reflection::v1::ServerReflectionResponse response;
  request.set_list_services("");
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_EQ(response.list_services_response().service_size(), 1);
  EXPECT_EQ(response.list_services_response().service(0).name(), "a.B");
  request.set_file_containing_symbol("google.rpc.ErrorInfo");
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&response));
  // The file that was asked for comes first, then what it imports.
  ASSERT_EQ(response.file_descriptor_response().file_descriptor_proto_size(), 2);
  google::protobuf::FileDescriptorProto first;
  ASSERT_TRUE(first.ParseFromString(response.file_descriptor_response().file_descriptor_proto(0)));
  EXPECT_EQ(first.name(), "google/rpc/error_details.proto");
  request.set_file_containing_symbol("no.Such");
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.error_response().error_code(), 5);
  stream->WritesDone();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

}  // namespace
}  // namespace kyc::rpc
