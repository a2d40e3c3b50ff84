// Who may call.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/gateway_test.h"
#include "tests/support/planted.h"
#include "tests/support/requests.h"

namespace kyc::tests {
namespace {

constexpr char kUnknownCaller[] = "UNAUTHENTICATED CALLER_UNAUTHENTICATED not_sent -";
constexpr char kQuarantine[] = "/kyc.admin.v1.QuarantineService/ListQuarantined";
constexpr char kHealth[] = "/grpc.health.v1.Health/Check";

constexpr char kByToken[] = R"(callers { name: "app" bearer_token_file: "bearer_token" })";

CallOptions With(const std::string& authorization) {
  CallOptions how;
  how.headers["authorization"] = authorization;
  return how;
}

class CallersTest : public GatewayTest {};

TEST_F(CallersTest, NobodyMayCallWithoutConfiguredCallers) {
  Start({.callers = ""});
  EXPECT_EQ(client().CreateWidget(Widget()).error.Summary(), kUnknownCaller);
  EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(), kUnknownCaller);
  EXPECT_EQ(client().RecognizeId(Recognize()).error.Summary(), kUnknownCaller);
  EXPECT_EQ(client().ValidateId(Validate()).error.Summary(), kUnknownCaller);
  EXPECT_EQ(client().Raw(kQuarantine, "").error.Summary(), kUnknownCaller);
  EXPECT_EQ(client().Raw(kHealth, "").error.Summary(), "OK");
  EXPECT_EQ(simulator().Count(), 0);
}

TEST_F(CallersTest, OnlyTheRightTokenIsACaller) {
  Start({.callers = kByToken});
  const std::string token(kBearerToken);
  EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(), kUnknownCaller);
  for (const std::string& wrong :
       {"Bearer " + token + "x", "Bearer " + token.substr(1), std::string("Bearer "),
        "Basic " + token, token, absl::StrCat("Bearer ", kWideKycToken)}) {
    EXPECT_EQ(client().DetectLiveness(Liveness(), With(wrong)).error.Summary(), kUnknownCaller);
  }
  EXPECT_EQ(simulator().Count(), 0);
  EXPECT_EQ(client().DetectLiveness(Liveness(), With("Bearer " + token)).error.Summary(), "OK");
  EXPECT_EQ(client().DetectLiveness(Liveness(), With("bearer " + token)).error.Summary(), "OK");
}

TEST_F(CallersTest, WrongTokenIsNotForgivenOnLoopback) {
  Start({.callers = std::string(kByToken) + R"( callers { name: "local" loopback: true })"});
  EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(), "OK");
  EXPECT_EQ(client().DetectLiveness(Liveness(), With("Bearer guess")).error.Summary(),
            kUnknownCaller);
}

TEST_F(CallersTest, AdministrationNeedsPermission) {
  Start({.callers = std::string(kByToken) +
                    R"( callers { name: "local" loopback: true allow_admin: true })"});
  EXPECT_EQ(client().Raw(kQuarantine, "").error.Summary(), "OK");
  const CallOptions app = With(absl::StrCat("Bearer ", kBearerToken));
  EXPECT_EQ(client().Raw(kQuarantine, "", app).error.Summary(),
            "PERMISSION_DENIED CALLER_FORBIDDEN not_sent -");
}

}  // namespace
}  // namespace kyc::tests
