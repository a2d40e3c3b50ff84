// A reply that cannot be read is an error to the caller, and kept for the operator.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "kyc/admin/v1/quarantine.pb.h"
#include "tests/support/gateway_test.h"
#include "tests/support/planted.h"
#include "tests/support/requests.h"
#include "tests/support/scripted_upstream.h"

namespace kyc::tests {
namespace {

using testing::HasSubstr;

constexpr char kOperator[] =
    R"(callers { name: "operator" loopback: true allow_admin: true allow_full_view: true })";

// What a new version of an upstream might send, with the customer's data in it.
std::string NewForm() { return absl::StrCat("<card><name>", kName, "</name></card>"); }

class KeptRepliesTest : public GatewayTest {
 protected:
  template <typename Response, typename Request>
  Response Ask(const char* method, const Request& request) {
    const Reply<std::string> raw = client().Raw(
        absl::StrCat("/kyc.admin.v1.QuarantineService/", method), request.SerializeAsString());
    EXPECT_TRUE(raw.ok()) << raw.error.Summary();
    Response response;
    EXPECT_TRUE(response.ParseFromString(raw.response));
    return response;
  }
  admin::v1::ListQuarantinedResponse List() {
    admin::v1::ListQuarantinedRequest request;
    request.set_kind(admin::v1::QUARANTINED_KIND_REPLY);
    return Ask<admin::v1::ListQuarantinedResponse>("ListQuarantined", request);
  }

  ScriptedUpstream upstream_{[](ScriptedPeer& peer) {
    while (peer.TakeRequest()) {
      peer.Write(absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: ", NewForm().size(), "\r\n\r\n",
                              NewForm()));
    }
  }};
};

TEST_F(KeptRepliesTest, OperatorFindsOutWhatTheUpstreamSendsNow) {
  StartGateway({.widekyc_url = upstream_.url(), .callers = kOperator});
  const auto error =
      client().DetectLiveness(Liveness(), {.headers = {{"x-request-id", "call-17"}}}).error;
  EXPECT_EQ(error.reason, "UPSTREAM_MALFORMED");
  EXPECT_TRUE(gateway().process().AwaitError("kept in quarantine"));
  const auto list = List();
  ASSERT_EQ(list.entries_size(), 1);
  const auto& entry = list.entries(0);
  EXPECT_EQ(entry.kind(), admin::v1::QUARANTINED_KIND_REPLY);
  EXPECT_THAT(entry.source(), HasSubstr("widekyc "));
  EXPECT_EQ(entry.account(), "first");
  EXPECT_EQ(entry.request_id(), "call-17");
  EXPECT_THAT(entry.answer(), HasSubstr("HTTP 200: "));

  admin::v1::GetQuarantinedRequest request;
  request.set_id(entry.id());
  auto shown = Ask<admin::v1::GetQuarantinedResponse>("GetQuarantined", request);
  EXPECT_THAT(PlantedIn(shown.masked_body()), testing::IsEmpty());
  EXPECT_EQ(shown.body(), "");
  request.set_view(::netzme::v1::VIEW_FULL);
  shown = Ask<admin::v1::GetQuarantinedResponse>("GetQuarantined", request);
  EXPECT_EQ(shown.body(), NewForm());
}

TEST_F(KeptRepliesTest, RepliesTakeNoRoomOfNotifications) {
  StartGateway({.widekyc_url = upstream_.url(), .callers = kOperator});
  for (int i = 0; i < 60; ++i) client().DetectLiveness(Liveness());
  EXPECT_TRUE(gateway().process().AwaitError("not kept: more than one a second"));
  EXPECT_TRUE(gateway().process().AwaitError("kept in quarantine"));
  EXPECT_GE(List().entries_size(), 1);
  EXPECT_EQ(gateway().Metric("kyc_quarantine_used_ratio "), 0);
  EXPECT_GE(gateway().Metric(R"(kyc_unreadable_replies_total{kept="false",upstream="widekyc"})"),
            1);
}

}  // namespace
}  // namespace kyc::tests
