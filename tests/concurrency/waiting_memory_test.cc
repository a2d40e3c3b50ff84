// What calls hold that have sent everything and only wait for their answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

#include "absl/time/clock.h"
#include "server/unused_memory.h"
#include "tests/support/gateway_test.h"
#include "tests/support/holding_upstream.h"
#include "tests/support/many_calls.h"
#include "tests/support/requests.h"
#include "tests/support/sanitized.h"

namespace kyc::tests {
namespace {

constexpr size_t kCalls = 1000;
constexpr size_t kImage = 300'000;
// Far less than the image of each: its handles, buffers and streams.
constexpr int64_t kMostKiBEach = 100;
// Of what was freed the process keeps this, whatever waits.
constexpr int64_t kKeptKiB = UnusedMemory::kKept / 1024;

class WaitingMemoryTest : public GatewayTest {};

TEST_F(WaitingMemoryTest, ImageIsNotHeldForAnAnswer) {
  HoldingUpstream upstream{kLiveReply};
  StartGateway({.widekyc_url = upstream.url(),
                .grpc = "max_deadline { seconds: 300 } default_deadline { seconds: 300 }",
                .widekyc_upstream = "attempt_timeout { seconds: 300 }"});
  const int64_t before = gateway().process().ProcStatus("VmRSS");
  LivenessRequest request = Liveness();
  request.mutable_selfie_image()->resize(kImage);
  const grpc::Slice bytes(request.SerializeAsString());
  const ManyCalls calls(gateway().grpc_port(), kLivenessMethod, bytes, kCalls, transcript());
  ASSERT_TRUE(upstream.AwaitArrived(kCalls));
  // What waits for longer than a moment is what matters.
  const absl::Time end = absl::Now() + kPatience;
  int64_t held = 0;
  do {
    held = (gateway().process().ProcStatus("VmRSS") - before - kKeptKiB) / int64_t{kCalls};
  } while (held > kMostKiBEach && absl::Now() < end && !kSanitized);
  std::cout << held << " KiB for each of " << kCalls << " calls that wait, peak "
            << gateway().process().ProcStatus("VmHWM") << " KiB\n";
  EXPECT_TRUE(kSanitized || held <= kMostKiBEach) << held << " KiB each";
  upstream.Release();
  ASSERT_TRUE(calls.AwaitEnded(kCalls));
  for (const ErrorView& error : calls.Ended()) EXPECT_EQ(error.Summary(), "OK");
}

}  // namespace
}  // namespace kyc::tests
