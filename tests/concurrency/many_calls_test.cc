// Very many calls at once.
#include "tests/support/many_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/gateway_test.h"
#include "tests/support/holding_upstream.h"
#include "tests/support/requests.h"
#include "tests/support/sanitized.h"

namespace kyc::tests {
namespace {

constexpr size_t kCalls = 1000;
// Those that the gateway starts itself: main, gRPC's queue, who accepts for it and who watches
// that, libcurl's loop, listeners, log, readers of the log and for the console.
constexpr int64_t kMostOwnThreads = 14;
// gRPC's own, which depend on the machine; a few more may wake under load.
constexpr int64_t kMoreThreads = 4;
constexpr int64_t kMostMemoryKiB = 1 << 20;
constexpr char kOverloaded[] = "RESOURCE_EXHAUSTED GATEWAY_OVERLOADED not_sent RetryInfo";

class ManyCallsTest : public GatewayTest {
 protected:
  std::map<std::string, size_t> EndsOf(const ManyCalls& calls) {
    std::map<std::string, size_t> ends;
    for (const ErrorView& error : calls.Ended()) ++ends[error.Summary()];
    return ends;
  }

  static LivenessRequest LargeLiveness() {
    LivenessRequest large = Liveness();
    large.mutable_selfie_image()->resize(8 << 20, 'x');
    return large;
  }

  int64_t PeakMemoryKiB() {
    const int64_t peak = gateway().process().ProcStatus("VmHWM");
    EXPECT_GT(peak, 0);
    return kSanitized ? 0 : peak;
  }

  HoldingUpstream upstream_{kLiveReply};
};

// The upstream answers none before all have arrived: so all of them run at once.
TEST_F(ManyCallsTest, AThousandCallsWaitForTheUpstreamTogether) {
  StartGateway({.widekyc_url = upstream_.url()});
  const ChildProcess& process = gateway().process();
  const int64_t idle_threads = process.ProcStatus("Threads");
  const grpc::Slice request(Liveness().SerializeAsString());
  const ManyCalls calls(gateway().grpc_port(), kLivenessMethod, request, kCalls, transcript());
  ASSERT_TRUE(upstream_.AwaitArrived(kCalls)) << upstream_.arrived() << " arrived";
  EXPECT_EQ(calls.Ended().size(), 0U);
  EXPECT_EQ(gateway().Metric("kyc_calls_open "), kCalls);
  EXPECT_GT(process.ThreadsNamed("kyc-gateway"), 1);
  EXPECT_LE(process.ThreadsNamed("kyc-gateway"), kMostOwnThreads);
  EXPECT_LE(process.ProcStatus("Threads"), idle_threads + kMoreThreads);
  upstream_.Release();
  ASSERT_TRUE(calls.AwaitEnded(kCalls));
  EXPECT_EQ(EndsOf(calls), (std::map<std::string, size_t>{{"OK", kCalls}}));
  EXPECT_EQ(upstream_.arrived(), kCalls);
}

// Room is for requests on their way, not for those that wait for their answers.
TEST_F(ManyCallsTest, LargeCallsWhoseImagesWereSentTakeNoRoom) {
  StartGateway({.widekyc_url = upstream_.url()});
  const grpc::Slice request(LargeLiveness().SerializeAsString());
  const size_t nearly_full = (400 << 20) / request.size();
  std::vector<std::unique_ptr<ManyCalls>> waves;
  for (size_t wave = 1; wave <= 3; ++wave) {
    waves.push_back(std::make_unique<ManyCalls>(gateway().grpc_port(), kLivenessMethod, request,
                                                nearly_full, transcript()));
    ASSERT_TRUE(upstream_.AwaitArrived(wave * nearly_full)) << upstream_.arrived() << " arrived";
  }
  EXPECT_EQ(gateway().Metric("kyc_calls_open "), 3 * nearly_full);
  upstream_.Release();
  for (const auto& calls : waves) {
    ASSERT_TRUE(calls->AwaitEnded(nearly_full));
    EXPECT_EQ(EndsOf(*calls), (std::map<std::string, size_t>{{"OK", nearly_full}}));
  }
  EXPECT_LT(PeakMemoryKiB(), kMostMemoryKiB);
}

TEST_F(ManyCallsTest, AThousandLargeCallsCostBoundedMemory) {
  HoldingUpstream slow_reader(kLiveReply, HoldingUpstream::Holds::kBodies);
  StartGateway({.widekyc_url = slow_reader.url()});
  const LivenessRequest large = LargeLiveness();
  const grpc::Slice request(large.SerializeAsString());
  const size_t room = (512 << 20) / request.size();
  {
    const ManyCalls calls(gateway().grpc_port(), kLivenessMethod, request, kCalls, transcript());
    ASSERT_TRUE(slow_reader.AwaitArrived(room)) << slow_reader.arrived() << " arrived";
    ASSERT_TRUE(calls.AwaitEnded(kCalls - room));
    for (const ErrorView& error : calls.Ended()) {
      ASSERT_EQ(error.Summary(), kOverloaded);
      ASSERT_EQ(error.retry_after, absl::Seconds(1));
    }
    slow_reader.Release();
    ASSERT_TRUE(calls.AwaitEnded(kCalls));
    EXPECT_EQ(EndsOf(calls),
              (std::map<std::string, size_t>{{"OK", room}, {kOverloaded, kCalls - room}}));
  }
  EXPECT_LT(PeakMemoryKiB(), kMostMemoryKiB);
  EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(), "OK");
  EXPECT_EQ(client().DetectLiveness(large).error.Summary(), "OK");
  EXPECT_EQ(gateway().Metric("kyc_request_bytes_in_flight "), 0);
}

}  // namespace
}  // namespace kyc::tests
