// How a gateway ends, and starts again.
#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/support/gateway_test.h"
#include "tests/support/holding_upstream.h"
#include "tests/support/http.h"
#include "tests/support/many_calls.h"
#include "tests/support/planted.h"
#include "tests/support/requests.h"

namespace kyc::tests {
namespace {

using grpc::health::v1::HealthCheckResponse;

class SignalsTest : public GatewayTest {
 protected:
  HealthCheckResponse::ServingStatus Health() {
    const auto stub = grpc::health::v1::Health::NewStub(grpc::CreateChannel(
        absl::StrCat("127.0.0.1:", gateway().grpc_port()), grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    HealthCheckResponse response;
    const grpc::Status status = stub->Check(&context, {}, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.status();
  }
  HttpAnswer Notify(const std::string& reference) {
    return Post(
        gateway().webhook_port(), "/v1.0/snap/account/upgrade/notify",
        {"Content-Type: application/json", absl::StrCat("x-callback-token: ", kCallbackToken)},
        absl::StrCat(R"({"originalReferenceNo":")", reference, R"(","status":"approved"})"));
  }
};

TEST_F(SignalsTest, EitherSignalDrainsAndEndsWithZero) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Start();
    ASSERT_EQ(client().DetectLiveness(Liveness()).error.Summary(), "OK");
    gateway().process().Signal(signal);
    EXPECT_EQ(gateway().process().AwaitEnd(), 0) << signal;
    EXPECT_TRUE(gateway().process().AwaitError(" info drained\n"));
    EXPECT_EQ(Get(gateway().admin_port(), "/healthz").status, 0) << "nobody listens any more";
  }
}

TEST_F(SignalsTest, SecondSignalDoesNotWaitForTheDrain) {
  for (const int signal : {SIGTERM, SIGINT}) {
    HoldingUpstream upstream(kLiveReply);
    StartGateway({.widekyc_url = upstream.url(), .more = "drain_timeout { seconds: 300 }"});
    const ManyCalls held(gateway().grpc_port(), kLivenessMethod,
                         grpc::Slice(Liveness().SerializeAsString()), 1, transcript());
    ASSERT_TRUE(upstream.AwaitArrived(1));
    gateway().process().Signal(SIGTERM);
    ASSERT_TRUE(gateway().process().AwaitError("draining"));
    gateway().process().Signal(signal);
    EXPECT_EQ(gateway().process().AwaitEnd(), -signal);
    EXPECT_TRUE(held.AwaitEnded(1));
  }
  StartGateway({.widekyc_url = "http://127.0.0.1:1"});
}

TEST_F(SignalsTest, ReadyUntilItDrains) {
  Start();
  EXPECT_EQ(Get(gateway().admin_port(), "/healthz").status, 200);
  EXPECT_EQ(Get(gateway().admin_port(), "/readyz").status, 200);
  EXPECT_EQ(Get(gateway().admin_port(), "/nothing").status, 404);
}

TEST_F(SignalsTest, BeforeTheDrainItIsNotReadyAndTakesEverything) {
  Start({.more = "drain_delay { seconds: 300 }"});
  EXPECT_EQ(Health(), HealthCheckResponse::SERVING);
  gateway().process().Signal(SIGTERM);
  ASSERT_TRUE(gateway().process().AwaitError(" info leaving: not ready any more"));
  EXPECT_EQ(Get(gateway().admin_port(), "/readyz").status, 503);
  EXPECT_EQ(Get(gateway().admin_port(), "/healthz").status, 200);
  EXPECT_EQ(Health(), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(), "OK");
  EXPECT_EQ(Notify("one-PlantRef9").status, 200);
  gateway().process().Signal(SIGTERM);
  EXPECT_EQ(gateway().process().AwaitEnd(), -SIGTERM) << "a second signal waits for nothing";
  Start({.more = "drain_delay { nanos: 1000000 }"});  // Which TearDown ends in order.
}

TEST_F(SignalsTest, KilledGatewayStartsAgainOnItsFiles) {
  Start();
  ASSERT_EQ(Notify("one-PlantRef9").status, 200);
  EXPECT_EQ(gateway().process().Kill(), -SIGKILL);
  StartGateway({.finpay_url = simulator().finpay_url(), .widekyc_url = simulator().widekyc_url()});
  EXPECT_EQ(client().CreateWidget(Widget()).error.Summary(), "OK");
  const HttpAnswer again = Notify("one-PlantRef9");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(gateway().Metric("kyc_notification_repeats_total "), 1) << "the log was kept";
  EXPECT_EQ(Notify("two-PlantRef9").status, 200);
  EXPECT_EQ(gateway().Metric("kyc_events_appended_total "), 1);
}

TEST_F(SignalsTest, SecondGatewayOnOneEventLogIsRefused) {
  Start();
  const ChildProcess second("server/kyc-gateway", {"--config", files().config_path()});
  EXPECT_EQ(second.AwaitEnd(), 1);
  EXPECT_EQ(second.StandardError(),
            "kyc-gateway: cannot open the event log: The event log's file is in use by another "
            "gateway (event_log.sqlite.path)\n");
}

}  // namespace
}  // namespace kyc::tests
