// Upstreams that cannot be reached, and connections that end too early.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/gateway_test.h"
#include "tests/support/planted.h"
#include "tests/support/requests.h"

namespace kyc::tests {
namespace {

constexpr char kUnreachable[] = "UNAVAILABLE UPSTREAM_UNREACHABLE not_sent -";

class ReachTest : public GatewayTest {};

TEST_F(ReachTest, NobodyListensIsUnreachable) {
  // Nobody may bind it: port 1 is privileged and unused.
  StartGateway({.finpay_url = "http://127.0.0.1:1/api", .widekyc_url = "http://127.0.0.1:1"});
  EXPECT_EQ(client().CreateWidget(Widget()).error.Summary(), kUnreachable);
  EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(), kUnreachable);
  EXPECT_EQ(client().RecognizeId(Recognize()).error.Summary(), kUnreachable);
  EXPECT_EQ(client().ValidateId(Validate()).error.Summary(), kUnreachable);
}

TEST_F(ReachTest, UnreachableIsTriedAgainWhileTheBudgetLasts) {
  StartGateway({.widekyc_url = "http://127.0.0.1:1"});
  std::vector<std::string> attempts;
  for (int i = 0; i < 4; ++i) {
    attempts.push_back(client().DetectLiveness(Liveness()).error.Meta("attempts"));
  }
  EXPECT_THAT(attempts, testing::ElementsAre("3", "2", "1", "1"));
  EXPECT_TRUE(gateway().process().AwaitError(
      "upstream=widekyc account=first kind=unreachable sent=false attempts=3"));
}

TEST_F(ReachTest, NameThatDoesNotResolveIsUnreachable) {
  StartGateway({.widekyc_url = "https://nobody.invalid"});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(), kUnreachable);
  }
}

// The simulator speaks no TLS.
TEST_F(ReachTest, FailedHandshakeIsUnreachable) {
  Simulator simulator;
  StartGateway({.widekyc_url = absl::StrCat("https://127.0.0.1:", simulator.port())});
  EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(), kUnreachable);
  EXPECT_EQ(simulator.Count(), 0);
}

TEST_F(ReachTest, LostWhileALargeBodyLeavesMayHaveBeenProcessed) {
  Start();
  WidgetRequest widget = Widget("0902");
  widget.mutable_images()->mutable_ktp()->set_content(Picture(Format::kJpeg, 4'000'000));
  const ErrorView lost = client().CreateWidget(widget).error;
  EXPECT_EQ(lost.Summary(), "UNKNOWN UPSTREAM_CONNECTION_LOST unknown -");
  EXPECT_EQ(lost.Meta("attempts"), "1");
  LivenessRequest liveness = Liveness("sim-early-503");
  liveness.set_selfie_image(Picture(Format::kPng, 4'000'000));
  const ErrorView early = client().DetectLiveness(liveness).error;
  EXPECT_EQ(early.Summary(), "UNAVAILABLE UPSTREAM_UNAVAILABLE refused RetryInfo");
  EXPECT_EQ(early.Meta("attempts"), "1");
  EXPECT_EQ(simulator().Count(), 0);
}

// Whoever stands between may have made it.
TEST_F(ReachTest, A503AfterTheBodyIsUnknownUnlessTheConfigurationBelievesIt) {
  Start();
  EXPECT_EQ(client().DetectLiveness(Liveness("sim-503-retry")).error.Summary(),
            "UNKNOWN UPSTREAM_UNAVAILABLE unknown -");
  EXPECT_EQ(StopGateway(), 0);
  StartGateway({.widekyc_url = absl::StrCat("http://127.0.0.1:", simulator().port()),
                .widekyc_upstream =
                    "every_503_is_the_upstreams_own_and_means_not_processed_i_understand: true"});
  const ErrorView error = client().DetectLiveness(Liveness("sim-503-retry")).error;
  EXPECT_EQ(error.Summary(), "UNAVAILABLE UPSTREAM_UNAVAILABLE refused RetryInfo");
  EXPECT_EQ(error.retry_after, absl::Seconds(7));
}

// The gateway's own credential that an upstream repeats reaches no caller.
TEST_F(ReachTest, UpstreamsWordsAreMasked) {
  Start();
  const ErrorView widget = client().CreateWidget(Widget("4003")).error;
  EXPECT_THAT(widget.Meta("upstreamText"), testing::StartsWith("Invalid Field Format ***"));
  const ErrorView validate = client().ValidateId(Validate("sim-echo")).error;
  EXPECT_THAT(validate.Meta("upstreamText"), testing::StartsWith("Rejected: ***"));
}

}  // namespace
}  // namespace kyc::tests
