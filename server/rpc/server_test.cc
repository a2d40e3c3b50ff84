#include "server/rpc/server.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "server/call/error.h"
#include "server/call/fake_metrics.h"
#include "server/rpc/health.h"
#include "server/rpc/reflection.h"

namespace kyc::rpc {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// A server with an echo of `service` (and a Blob beside it), on a free port.
class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    limits_.listen = "127.0.0.1:0";
    config::Caller local;
    local.name = "local";
    local.loopback = true;
    callers_.push_back(local);
  }

  void Start() {
    server_ = std::make_unique<Server>(limits_, callers_, metrics_);
    for (Method& method : methods_) server_->Add(std::move(method));
    for (Method& method : HealthMethods({"a.B"})) server_->Add(std::move(method));
    for (Method& method : ReflectionMethods({"a.B"})) server_->Add(std::move(method));
    ASSERT_TRUE(server_->Start().ok());
    channel_ = grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()),
                                   grpc::InsecureChannelCredentials());
  }

  // Calls `method` with raw bytes, blocking.
  grpc::Status Call(const std::string& method, const std::string& bytes, std::string* reply,
                    grpc::ClientContext* context) {
    grpc::GenericStub stub(channel_);
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
  grpc::Status Call(const std::string& method, const std::string& bytes = "") {
    grpc::ClientContext context;
    return Call(method, bytes, nullptr, &context);
  }

  static std::string ReasonIn(const grpc::Status& status) {
    google::rpc::Status details;
    google::rpc::ErrorInfo info;
    if (!details.ParseFromString(status.error_details()) || details.details_size() == 0) return "";
    details.details(0).UnpackTo(&info);
    return info.reason();
  }

  FakeMetrics metrics_;
  config::Grpc limits_;
  std::vector<config::Caller> callers_;
  std::vector<Method> methods_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

Method Echo() {
  return Unary<HealthCheckRequest, HealthCheckRequest>(
      "/a.B/Echo", [](CallContext, HealthCheckRequest request, Done<HealthCheckRequest> done) {
        std::move(done)(std::move(request));
      });
}

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
  EXPECT_EQ(Call("/a.B/Other").error_code(), grpc::UNIMPLEMENTED);
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

TEST_F(ServerTest, TooLongRequestForItsMethodIsRefused) {
  Method echo = Echo();
  echo.max_request_bytes = 10;
  methods_.push_back(std::move(echo));
  Start();
  const grpc::Status status = Call("/a.B/Echo", std::string(100, 'x'));
  EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonIn(status), "INVALID_REQUEST");
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

TEST_F(ServerTest, CallerWithoutEntryIsUnauthenticated) {
  callers_.clear();
  methods_.push_back(Echo());
  Start();
  const grpc::Status status = Call("/a.B/Echo");
  EXPECT_EQ(status.error_code(), grpc::UNAUTHENTICATED);
  EXPECT_EQ(ReasonIn(status), "CALLER_UNAUTHENTICATED");
}

TEST_F(ServerTest, BearerTokenNamesTheCaller) {
  config::Caller service;
  service.name = "service";
  service.bearer_token = Secret("t0ken");
  callers_ = {service};
  std::string caller;
  methods_.push_back(Unary<HealthCheckRequest, HealthCheckRequest>(
      "/a.B/Who",
      [&](CallContext context, HealthCheckRequest request, Done<HealthCheckRequest> done) {
        caller = context.caller;
        std::move(done)(std::move(request));
      }));
  Start();
  grpc::ClientContext right;
  right.AddMetadata("authorization", "Bearer t0ken");
  EXPECT_TRUE(Call("/a.B/Who", "", nullptr, &right).ok());
  EXPECT_EQ(caller, "service");
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
  methods_.push_back(Unary<HealthCheckRequest, HealthCheckRequest>(
      "/a.B/Wait", [&](CallContext context, HealthCheckRequest, Done<HealthCheckRequest> done) {
        auto answer = std::make_shared<Done<HealthCheckRequest>>(std::move(done));
        auto* on_stop = new std::stop_callback<std::function<void()>>(context.cancel, [&, answer] {
          std::move (*answer)(absl::CancelledError("cancelled"));
          cancelled.Notify();
        });
        static_cast<void>(on_stop);
        arrived.Notify();
      }));
  Start();
  grpc::ClientContext context;
  std::thread caller([&] { Call("/a.B/Wait", "", nullptr, &context); });
  arrived.WaitForNotification();
  context.TryCancel();
  cancelled.WaitForNotification();
  caller.join();
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

// Writes 0, 1, 2, ... until it is told to drain.
class Counting final : public Producer {
 public:
  explicit Counting(Stream* stream) : stream_(stream) { Next(); }
  void OnWritten() override {
    if (!ended_) Next();
  }
  void OnDrain() override {
    ended_ = true;
    stream_->Finish(absl::UnavailableError("draining"));
  }

 private:
  void Next() {
    HealthCheckRequest message;
    message.set_service(absl::StrCat(count_++));
    stream_->Write(Serialize(message));
  }
  Stream* const stream_;
  int count_ = 0;
  bool ended_ = false;
};

constexpr char kCount[] = "/a.B/Count";

Method Count() {
  return ServerStream<HealthCheckRequest>(
      kCount, [](Stream* stream, HealthCheckRequest) -> absl::StatusOr<std::unique_ptr<Producer>> {
        return std::make_unique<Counting>(stream);
      });
}

using Reader = std::unique_ptr<grpc::ClientReader<HealthCheckRequest>>;

Reader OpenCount(grpc::Channel* channel, grpc::ClientContext* context) {
  const grpc::internal::RpcMethod method(kCount, grpc::internal::RpcMethod::SERVER_STREAMING);
  return Reader(grpc::internal::ClientReaderFactory<HealthCheckRequest>::Create(
      channel, method, context, HealthCheckRequest()));
}

TEST_F(ServerTest, StreamKeepsItsOrderAndEndsByDrain) {
  methods_.push_back(Count());
  Start();
  grpc::ClientContext context;
  const Reader reader = OpenCount(channel_.get(), &context);
  HealthCheckRequest message;
  std::thread drain;
  for (int i = 0; reader->Read(&message); ++i) {
    ASSERT_EQ(message.service(), absl::StrCat(i));
    if (i == 1000) drain = std::thread([&] { server_->Drain(absl::Seconds(5)); });
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::UNAVAILABLE);
  drain.join();
}

TEST_F(ServerTest, StreamsOverTheLimitAreRefused) {
  limits_.max_streams = 1;
  methods_.push_back(Count());
  Start();
  auto health = grpc::health::v1::Health::NewStub(channel_);
  grpc::ClientContext anonymous, first, second;
  HealthCheckResponse response;
  const auto watch = health->Watch(&anonymous, HealthCheckRequest());
  ASSERT_TRUE(watch->Read(&response));  // Does not count among the callers' streams.
  HealthCheckRequest message;
  const Reader reader = OpenCount(channel_.get(), &first);
  ASSERT_TRUE(reader->Read(&message));
  const Reader refused = OpenCount(channel_.get(), &second);
  EXPECT_FALSE(refused->Read(&message));
  EXPECT_EQ(ReasonIn(refused->Finish()), "TOO_MANY_STREAMS");
  for (grpc::ClientContext* context : {&anonymous, &first}) context->TryCancel();
  reader->Finish();
  watch->Finish();
}

TEST_F(ServerTest, DrainLetsARunningCallFinish) {
  absl::Notification arrived, release;
  std::thread answering;
  methods_.push_back(Unary<HealthCheckRequest, HealthCheckRequest>(
      "/a.B/Slow", [&](CallContext, HealthCheckRequest request, Done<HealthCheckRequest> done) {
        answering = std::thread([&, request, done = std::move(done)]() mutable {
          release.WaitForNotification();
          std::move(done)(std::move(request));
        });
        arrived.Notify();
      }));
  Start();
  std::thread caller([&] { EXPECT_TRUE(Call("/a.B/Slow").ok()); });
  arrived.WaitForNotification();
  std::thread drain([&] { server_->Drain(absl::Seconds(60)); });
  release.Notify();
  drain.join();
  caller.join();
  answering.join();
}

// What an ended call is answered depends on whether it had been sent.
struct DrainCase {
  const char* outcome;
  grpc::StatusCode code;
};
class DrainTest : public ServerTest, public testing::WithParamInterface<DrainCase> {};

TEST_P(DrainTest, EndsARunningCallByWhatIsKnown) {
  absl::Notification arrived;
  std::unique_ptr<std::stop_callback<std::function<void()>>> on_stop;
  methods_.push_back(Unary<HealthCheckRequest, HealthCheckRequest>(
      "/a.B/Stuck", [&](CallContext context, HealthCheckRequest, Done<HealthCheckRequest> done) {
        auto answer = std::make_shared<Done<HealthCheckRequest>>(std::move(done));
        on_stop =
            std::make_unique<std::stop_callback<std::function<void()>>>(context.cancel, [answer] {
              Error error;
              error.code = absl::StatusCode::kCancelled;
              error.reason = "CALLER_CANCELLED";
              error.message = "Cancelled";
              error.metadata = {{"outcome", GetParam().outcome}};
              std::move (*answer)(ToStatus(error));
            });
        arrived.Notify();
      }));
  Start();
  std::thread caller([&] {
    const grpc::Status status = Call("/a.B/Stuck");
    EXPECT_EQ(status.error_code(), GetParam().code);
    EXPECT_EQ(ReasonIn(status), "SERVER_DRAINING");
  });
  arrived.WaitForNotification();
  server_->Drain(absl::ZeroDuration());
  caller.join();
}

INSTANTIATE_TEST_SUITE_P(Outcomes, DrainTest,
                         testing::Values(DrainCase{"not_sent", grpc::UNAVAILABLE},
                                         DrainCase{"unknown", grpc::UNKNOWN}));

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

TEST_F(ServerTest, PortInUseIsOneLineThatNamesIt) {
  Start();
  config::Grpc again;
  again.listen = absl::StrCat("127.0.0.1:", server_->port());
  Server second(again, {}, metrics_);
  const absl::Status status = second.Start();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(status.message(), testing::HasSubstr(again.listen));
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
  EXPECT_EQ(stub->Check(&unknown, request, &response).error_code(), grpc::NOT_FOUND);
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
  EXPECT_GE(response.file_descriptor_response().file_descriptor_proto_size(), 1);
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
