// A wall clock that jumps under the real gateway: what was answered 200 stays, and nothing is
// labelled by a time that is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/support/files.h"
#include "tests/support/follower.h"
#include "tests/support/gateway.h"
#include "tests/support/gateway_files.h"
#include "tests/support/http.h"
#include "tests/support/webhook_sender.h"

namespace kyc::tests {
namespace {

using testing::HasSubstr;

constexpr int64_t kQuarter = 91 * 24 * 3600;

class ClockJumpTest : public testing::Test {
 protected:
  ClockJumpTest() {
    files_.Configure(
        {.callers = R"(callers { name: "local" loopback: true allow_full_view: true })"});
    // Longer than the end of a gateway is waited for: a drain that waits by the wall clock is seen.
    files_.ConfigureText(
        absl::StrCat(ReadFile(files_.config_path()), "drain_timeout { seconds: 300 }\n"));
  }
  GatewayProgram ByThisClock() const {
    return {.environment = {
                absl::StrCat("LD_PRELOAD=", RunfilePath("tests/faults/libwall_clock.so")),
                absl::StrCat("WALL_CLOCK_ERROR=", files_.path("clock")),
                "ASAN_OPTIONS=verify_asan_link_order=0",
            }};
  }
  void Jump(int64_t seconds) {
    WriteFile(files_.path("clock.new"), absl::StrCat(seconds));
    std::filesystem::rename(files_.path("clock.new"), files_.path("clock"));
  }
  void ComeBack() { std::filesystem::remove(files_.path("clock")); }

  void Post(const Gateway& gateway, int count) {
    WebhookConnection connection(gateway.webhook_port());
    for (int i = 0; i < count; ++i) ASSERT_EQ(sender_.Post(connection), 200);
  }
  // Until the gateway's writer has seen it.
  void AwaitSeen(const Gateway& gateway) {
    EXPECT_TRUE(gateway.process().AwaitError("the wall clock is off by 2184h"));
  }
  void ExpectAllThereAndRightlyLabelled(const Gateway& gateway) {
    Follower whole;
    whole.CatchUp(gateway.grpc_port());
    ExpectWholeLog(whole.seen(), senders_);
    ASSERT_EQ(whole.seen().size(), sender_.answered().size());
    for (const auto& event : whole.seen()) {
      EXPECT_GE(event.received_time().seconds(), absl::ToUnixSeconds(begin_) - 1);
      EXPECT_LE(event.received_time().seconds(), absl::ToUnixSeconds(absl::Now()) + 1);
    }
  }

  const absl::Time begin_ = absl::Now();
  GatewayFiles files_;
  std::vector<Sender> senders_ = std::vector<Sender>(1, Sender(0));
  Sender& sender_ = senders_[0];
};

TEST_F(ClockJumpTest, JumpAheadAndBackRemovesAndLabelsNothing) {
  const Gateway gateway(files_, ByThisClock());
  Post(gateway, 100);
  Jump(kQuarter);
  Post(gateway, 100);
  AwaitSeen(gateway);
  // What would be due is removed only after a notice of 20 s.
  const absl::Time noticed = absl::Now() + absl::Seconds(25);
  while (absl::Now() < noticed) Post(gateway, 1);
  EXPECT_GE(gateway.Metric("kyc_clock_disagreement_seconds "), kQuarter - 60);
  ComeBack();
  Post(gateway, 100);
  ExpectAllThereAndRightlyLabelled(gateway);
  EXPECT_THAT(gateway.Metrics(), Not(HasSubstr("kyc_events_removed_total{")));
  EXPECT_EQ(gateway.process().Stop(), 0);
}

TEST_F(ClockJumpTest, JumpBackLabelsNothingByIt) {
  const Gateway gateway(files_, ByThisClock());
  Post(gateway, 50);
  Jump(-kQuarter);
  Post(gateway, 50);
  ComeBack();
  Post(gateway, 50);
  ExpectAllThereAndRightlyLabelled(gateway);
}

TEST_F(ClockJumpTest, RestartDuringAJumpKnowsTheTime) {
  {
    const Gateway gateway(files_, ByThisClock());
    Post(gateway, 50);
    Jump(kQuarter);
    Post(gateway, 50);
    EXPECT_EQ(gateway.process().Kill(), -SIGKILL);
  }
  const Gateway gateway(files_, ByThisClock());
  Post(gateway, 50);
  AwaitSeen(gateway);
  ExpectAllThereAndRightlyLabelled(gateway);
}

}  // namespace
}  // namespace kyc::tests
