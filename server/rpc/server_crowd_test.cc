// Many who send too much, ask too often or read nothing: they hinder nobody else.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "server/rpc/testing/raw_h2.h"
#include "server/rpc/testing/server_fixture.h"

namespace {

// At so many of the next looks at the memory it is too much; below zero those that passed since.
std::atomic<int> looks_over{0};

}  // namespace

// tcmalloc's, of which this program has none.
extern "C" int MallocExtension_GetNumericProperty(const char*, size_t* value) {
  *value = looks_over-- > 0 ? size_t{1} << 40 : 0;
  return 1;
}

namespace kyc::rpc {
namespace {

constexpr char kCheck[] = "/grpc.health.v1.Health/Check";
constexpr char kWatch[] = "/grpc.health.v1.Health/Watch";

Method Image() {
  return Unary<HealthCheckRequest, HealthCheckRequest>(
      "/a.B/Image", 1 << 20, {{HealthCheckRequest::kServiceFieldNumber}},
      [](CallContext, HealthCheckRequest, std::vector<Blob>, Done<HealthCheckRequest> done) {
        std::move(done)(HealthCheckRequest());
      });
}

TEST_F(ServerTest, WatchesOfAnybodyKeepNoHealthCheckOut) {
  Start();
  RawH2 many(server_->port());
  std::string frames;
  constexpr int kMany = 3000;
  for (int32_t stream = 1; stream < 2 * kMany; stream += 2) {
    frames += many.Call(stream, kWatch) + RawH2::Message(stream, "");
  }
  many.Send(frames);
  ASSERT_TRUE(many.AwaitEnd(2 * kMany - 1));
  EXPECT_EQ(many.streams[2 * kMany - 1].reason(), "TOO_MANY_STREAMS");
  EXPECT_TRUE(Call(kCheck).ok());
}

// They read nothing, so what each is told stays here.
TEST_F(ServerTest, RefusedCallsThatAreNotReadAreLetGoOf) {
  methods_.push_back(Echo());
  Start();
  auto flood = std::make_unique<RawH2>(server_->port());
  const RawH2::Headers padding = {{"x-pad", std::string(2000, 'y')}};
  constexpr int kMany = 30'000;
  for (int32_t stream = 1; stream < 2 * kMany; stream += 2) {
    flood->Send(flood->Call(stream, "/no.Such/Method", padding));
  }
  EXPECT_TRUE(Call("/a.B/Echo").ok());
  // Until all of them were judged.
  while (metrics_.ended + metrics_.calls < kMany) std::this_thread::yield();
  EXPECT_LT(metrics_.most_calls.load(), 12'000);
  flood.reset();
  while (metrics_.calls != 0) std::this_thread::yield();
}

TEST_F(ServerTest, WhoSendsTooMuchToASmallMethodEndsNoImage) {
  methods_.push_back(Image());
  Start();
  RawH2 image(server_->port()), large(server_->port());
  const std::string part(1000, 'x');
  image.Send(image.Call(1, "/a.B/Image") + RawH2::MessagePart(1, 2000, part));
  large.Send(large.Call(1, kCheck) + RawH2::MessagePart(1, 600 << 20, part));
  // What has not been on its way for long is spared, so it may need more than once.
  while (!large.streams[1].ended) {
    looks_over = 2;
    while (looks_over >= 0) large.ReadFor(10);
  }
  EXPECT_EQ(large.streams[1].reason(), "GATEWAY_OVERLOADED");
  image.ReadFor(0);
  EXPECT_FALSE(image.streams[1].ended);
  image.Send(RawH2::Reset(1));
  looks_over = 1000;
  image.Send(image.Call(3, "/a.B/Image") + RawH2::MessagePart(3, 2000, part));
  ASSERT_TRUE(image.AwaitEnd(3));
  EXPECT_EQ(image.streams[3].reason(), "GATEWAY_OVERLOADED") << "where nothing else helps";
}

}  // namespace
}  // namespace kyc::rpc
