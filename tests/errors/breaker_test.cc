// What opens the breaker, what never does, and how it closes again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/support/gateway_test.h"
#include "tests/support/holding_upstream.h"
#include "tests/support/many_calls.h"
#include "tests/support/requests.h"
#include "tests/support/scripted_upstream.h"

namespace kyc::tests {
namespace {

constexpr char kOpen[] = "UNAVAILABLE CIRCUIT_OPEN not_sent RetryInfo";
// Far more than it takes to see what happens while it is open, far less than patience.
constexpr char kQuickly[] =
    "breaker { min_calls: 4 probes: 1 window { seconds: 60 } open_for { seconds: 1 } }";

class BreakerTest : public GatewayTest {
 protected:
  std::string Call(absl::string_view magic = "ref") {
    return client().DetectLiveness(Liveness(magic)).error.Summary();
  }

  // Calls until the answer is another one than `error`, which takes the breaker's time.
  std::string AfterAll(const std::string& error, const std::string& magic = "ref") {
    const absl::Time end = absl::Now() + kPatience;
    std::string summary = error;
    while (summary == error && absl::Now() < end) summary = Call(magic);
    return summary;
  }

  // The state that the metrics page tells: the one that is 1.
  std::string State() {
    std::string states;
    for (const char* state : {"closed", "half_open", "open"}) {
      if (gateway().Metric(absl::StrCat("kyc_upstream_breaker{account=\"first\",state=\"", state,
                                        "\",upstream=\"widekyc\"} ")) == 1) {
        absl::StrAppend(&states, state);
      }
    }
    return states;
  }
};

TEST_F(BreakerTest, OpensAndProbesAndCloses) {
  Start({.widekyc_upstream = kQuickly});
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(Call("sim-500"), "INTERNAL UPSTREAM_INTERNAL_ERROR unknown -");
  }
  EXPECT_EQ(Call(), kOpen);
  EXPECT_EQ(client().ValidateId(Validate()).error.Summary(), kOpen) << "it is one for all methods";
  EXPECT_EQ(client().CreateWidget(Widget()).error.Summary(), "OK") << "but not for others";
  EXPECT_EQ(State(), "open");
  // Half open, a failing probe opens it again; a good one closes it.
  EXPECT_EQ(AfterAll(kOpen, "sim-500"), "INTERNAL UPSTREAM_INTERNAL_ERROR unknown -");
  EXPECT_EQ(Call(), kOpen);
  EXPECT_EQ(AfterAll(kOpen, "good"), "OK");
  EXPECT_EQ(Call(), "OK");
  EXPECT_EQ(State(), "closed");
  // Four that opened it, two probes, the last call and the widget.
  EXPECT_EQ(simulator().Count(), 8);
}

TEST_F(BreakerTest, BusinessAnswersNeverOpenIt) {
  Start({.widekyc_upstream = kQuickly});
  for (const char* magic : {"sim-quota", "sim-exception", "sim-not-activated", "sim-unknown-code",
                            "sim-400", "sim-401", "sim-403", "sim-404", "sim-422", "sim-429"}) {
    for (int i = 0; i < 50; ++i) {
      const std::string end = Call(magic);
      ASSERT_NE(end, "OK") << magic;
      ASSERT_NE(end, kOpen) << magic;
    }
  }
  EXPECT_EQ(simulator().Count(), 500);
  EXPECT_EQ(Call(), "OK");
  EXPECT_EQ(State(), "closed");
}

TEST_F(BreakerTest, OneAccountsFailuresDoNotStopAnother) {
  Start({.widekyc_upstream = kQuickly, .second_accounts = true});
  LivenessRequest failing = Liveness("sim-500");
  failing.set_account("first");
  for (int i = 0; i < 4; ++i) client().DetectLiveness(failing);
  EXPECT_EQ(client().DetectLiveness(failing).error.Summary(), kOpen);
  LivenessRequest other = Liveness();
  other.set_account("second");
  EXPECT_EQ(client().DetectLiveness(other).error.reason, "UPSTREAM_CREDENTIALS_REJECTED");
}

TEST_F(BreakerTest, WhoCannotBeReachedOpensIt) {
  StartGateway({.widekyc_url = "http://127.0.0.1:1", .widekyc_upstream = kQuickly});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Call(), "UNAVAILABLE UPSTREAM_UNREACHABLE not_sent -");
  EXPECT_EQ(Call(), kOpen);
  EXPECT_EQ(State(), "open");
}

TEST_F(BreakerTest, TimeoutsOpenItAndOnlyAProbeIsLetThrough) {
  HoldingUpstream upstream{kLiveReply};
  StartGateway({.widekyc_url = upstream.url(),
                .widekyc_upstream = absl::StrCat(kQuickly, "attempt_timeout { seconds: 2 }")});
  const grpc::Slice request(Liveness().SerializeAsString());
  {
    const ManyCalls held(gateway().grpc_port(), kLivenessMethod, request, 4, transcript());
    ASSERT_TRUE(held.AwaitEnded(4));
    for (const ErrorView& error : held.Ended()) {
      EXPECT_EQ(error.Summary(), "DEADLINE_EXCEEDED UPSTREAM_TIMEOUT unknown -");
    }
  }
  EXPECT_EQ(State(), "open");
  EXPECT_EQ(Call(), kOpen);
  EXPECT_EQ(upstream.arrived(), 4U);
  // When its time is over one of many is let through.
  std::unique_ptr<ManyCalls> many;
  do {
    many = std::make_unique<ManyCalls>(gateway().grpc_port(), kLivenessMethod, request, 20,
                                       transcript());
    ASSERT_TRUE(many->AwaitEnded(19));
    while (State() == "open" && many->Ended().size() < 20) {
    }
  } while (State() == "open");
  ASSERT_TRUE(upstream.AwaitArrived(5));
  EXPECT_EQ(State(), "half_open");
  EXPECT_EQ(upstream.arrived(), 5U);
  upstream.Release();
  ASSERT_TRUE(many->AwaitEnded(20));
  std::map<std::string, size_t> ends;
  for (const ErrorView& error : many->Ended()) ++ends[error.Summary()];
  EXPECT_EQ(ends, (std::map<std::string, size_t>{{kOpen, 19}, {"OK", 1}}));
  EXPECT_EQ(State(), "closed");
  EXPECT_EQ(Call(), "OK");
}

TEST_F(BreakerTest, LostConnectionsAndUnreadableRepliesOpenIt) {
  std::atomic<int> taken = 0;
  ScriptedUpstream upstream([&taken](ScriptedPeer& peer) {
    if (peer.TakeRequest() && ++taken % 2 == 0) peer.Write("HTTP/1.1 200 OK\r\nContent-");
  });
  StartGateway({.widekyc_url = upstream.url(), .widekyc_upstream = kQuickly});
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Call(), "UNKNOWN UPSTREAM_CONNECTION_LOST unknown -");
    EXPECT_EQ(Call(), "INTERNAL UPSTREAM_MALFORMED answered -");
  }
  EXPECT_EQ(Call(), kOpen);
  EXPECT_EQ(taken, 4);
}

// Each of them may have been billed.
TEST_F(BreakerTest, SilenceOpensItThoughTheCallersGaveUpFirst) {
  HoldingUpstream upstream{kLiveReply};
  StartGateway({.widekyc_url = upstream.url(),
                .grpc = "max_deadline { seconds: 2 }",
                .widekyc_upstream = kQuickly});
  const grpc::Slice request(Liveness().SerializeAsString());
  ManyCalls silent(gateway().grpc_port(), kLivenessMethod, request, 4, transcript());
  ASSERT_TRUE(silent.AwaitEnded(4));
  for (const ErrorView& error : silent.Ended()) {
    EXPECT_EQ(error.Summary(), "DEADLINE_EXCEEDED CALLER_DEADLINE unknown -");
  }
  EXPECT_EQ(Call(), kOpen);
  EXPECT_EQ(State(), "open");
  EXPECT_EQ(upstream.arrived(), 4U);
}

// A caller's impatience says nothing about the upstream.
TEST_F(BreakerTest, CallersShorterDeadlinesAndCancelsNeverOpenIt) {
  HoldingUpstream upstream{kLiveReply};
  StartGateway(
      {.widekyc_url = upstream.url(),
       .grpc = "max_deadline { seconds: 1 }",
       .widekyc_upstream = "breaker { min_calls: 4 unanswered_counts_after { seconds: 60 } }"});
  const grpc::Slice request(Liveness().SerializeAsString());
  ManyCalls late(gateway().grpc_port(), kLivenessMethod, request, 50, transcript());
  ASSERT_TRUE(late.AwaitEnded(50));
  for (const ErrorView& error : late.Ended()) EXPECT_EQ(error.reason, "CALLER_DEADLINE");
  {
    ManyCalls cancelled(gateway().grpc_port(), kLivenessMethod, request, 50, transcript());
    ASSERT_TRUE(upstream.AwaitArrived(100));
    cancelled.CancelAll();
    ASSERT_TRUE(upstream.AwaitGivenUp(100));
  }
  upstream.Release();
  EXPECT_EQ(Call(), "OK");
  EXPECT_EQ(State(), "closed");
}

}  // namespace
}  // namespace kyc::tests
