// Streams, and how a drain ends what is open.
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

}  // namespace
}  // namespace kyc::rpc
