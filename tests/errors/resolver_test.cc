// A resolver that hangs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/files.h"
#include "tests/support/gateway_test.h"
#include "tests/support/many_calls.h"
#include "tests/support/requests.h"

namespace kyc::tests {
namespace {

constexpr size_t kCalls = 600;

class ResolverTest : public GatewayTest {
 protected:
  // The sanitizer's own library need not come before the preloaded one.
  ResolverTest() {
    setenv("LD_PRELOAD", RunfilePath("tests/errors/libhanging_resolver.so").c_str(), 1);
    setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
  }
  ~ResolverTest() override {
    unsetenv("LD_PRELOAD");
    unsetenv("ASAN_OPTIONS");
  }
};

TEST_F(ResolverTest, TakesOneThreadWhoWaitsKeepsItsDeadlineAndOthersGoOn) {
  Start({.widekyc_url = "https://upstream.hangs",
         .grpc = "max_deadline { seconds: 5 }",
         .widekyc_upstream = "connect_timeout { seconds: 60 }"});
  EXPECT_EQ(client().CreateWidget(Widget()).error.Summary(), "OK");
  const int64_t threads = gateway().process().ProcStatus("Threads");
  const grpc::Slice request(Liveness().SerializeAsString());
  const ManyCalls waiting(gateway().grpc_port(), kLivenessMethod, request, kCalls, transcript());
  while (gateway().Metric("kyc_upstream_slots{account=\"first\",state=\"used\","
                          "upstream=\"widekyc\"} ") < kCalls) {
  }
  EXPECT_EQ(gateway().process().ThreadsNamed("kyc-resolver"), 1);
  EXPECT_LE(gateway().process().ProcStatus("Threads"), threads + 5) << "gRPC makes some, too";
  EXPECT_EQ(client().CreateWidget(Widget()).error.Summary(), "OK");
  ASSERT_TRUE(waiting.AwaitEnded(kCalls));
  std::map<std::string, size_t> ends;
  for (const ErrorView& error : waiting.Ended()) ++ends[error.Summary()];
  EXPECT_EQ(
      ends,
      (std::map<std::string, size_t>{{"DEADLINE_EXCEEDED CALLER_DEADLINE not_sent -", kCalls}}));
}

}  // namespace
}  // namespace kyc::tests
