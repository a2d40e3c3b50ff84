// What the upstreams see beside the body: headers, and connections that are used again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/gateway_test.h"
#include "tests/support/planted.h"
#include "tests/support/requests.h"

namespace kyc::tests {
namespace {

using testing::IsSubsetOf;

std::map<std::string, std::string> HeadersOf(const boost::json::object& received) {
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : received.at("headers").as_object()) {
    headers[std::string(name)] = std::string(value.as_string());
  }
  return headers;
}

class ConnectionsTest : public GatewayTest {
 protected:
  std::string Host() { return absl::StrCat("127.0.0.1:", simulator().port()); }
};

TEST_F(ConnectionsTest, FinpayGetsOnlyTheHeadersThatAreNeeded) {
  Start();
  const WidgetRequest request = Widget();
  ASSERT_EQ(client().CreateWidget(request).error.Summary(), "OK");
  auto headers = HeadersOf(simulator().ReceivedOnce(request.partner_reference_no()));
  EXPECT_NE(headers["content-length"], "");
  headers.erase("content-length");
  EXPECT_EQ(headers, (std::map<std::string, std::string>{{"host", Host()},
                                                         {"content-type", "application/json"},
                                                         {"accept", "application/json"}}));
}

TEST_F(ConnectionsTest, WideKycGetsTheTokenToo) {
  Start();
  const LivenessRequest request = Liveness();
  ASSERT_EQ(client().DetectLiveness(request).error.Summary(), "OK");
  auto headers = HeadersOf(simulator().ReceivedOnce(request.cust_ref_no()));
  EXPECT_NE(headers["content-length"], "");
  headers.erase("content-length");
  EXPECT_EQ(headers, (std::map<std::string, std::string>{{"host", Host()},
                                                         {"content-type", "application/json"},
                                                         {"accept", "application/json"},
                                                         {"token", kWideKycToken}}));
}

TEST_F(ConnectionsTest, ConfiguredHeadersAreSent) {
  const std::string extra = R"(extra_headers { name: "X-Partner" value: "kyc house" })";
  Start({.finpay_upstream = extra, .widekyc_upstream = extra});
  ASSERT_EQ(client().DetectLiveness(Liveness()).error.Summary(), "OK");
  ASSERT_EQ(client().CreateWidget(Widget()).error.Summary(), "OK");
  for (const boost::json::value& received : simulator().Received()) {
    EXPECT_EQ(HeadersOf(received.as_object())["x-partner"], "kyc house");
  }
}

TEST_F(ConnectionsTest, CallsInTurnUseOneConnection) {
  Start();
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(client().DetectLiveness(Liveness(absl::StrCat("k", i))).error.Summary(), "OK");
  }
  std::set<int64_t> connections;
  for (const boost::json::value& received : simulator().Received()) {
    connections.insert(received.at("connection").as_int64());
  }
  EXPECT_EQ(simulator().Count(), 10);
  EXPECT_EQ(connections.size(), 1U);
}

// The upstream closes a kept connection unannounced: the next call notices and is sent once.
TEST_F(ConnectionsTest, DeadConnectionCostsNoCallAndNoSecondDelivery) {
  Start();
  for (int i = 0; i < 5; ++i) {
    const LivenessRequest closing = Liveness(absl::StrCat("sim-idle-close-", i));
    ASSERT_EQ(client().DetectLiveness(closing).error.Summary(), "OK");
    ASSERT_TRUE(simulator().AwaitClosed(simulator().ReceivedOnce(closing.cust_ref_no())));
    const LivenessRequest next = Liveness(absl::StrCat("next-", i));
    ASSERT_EQ(client().DetectLiveness(next).error.Summary(), "OK");
    EXPECT_EQ(simulator().Count(next.cust_ref_no()), 1);
  }
  EXPECT_EQ(simulator().Count(), 10);
}

}  // namespace
}  // namespace kyc::tests
