#include "server/operator_warnings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kyc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class OperatorWarningsTest : public testing::Test {
 protected:
  void Attempt(const std::string& result) {
    ended_.attempt({.upstream = "widekyc", .account = "main", .result = result});
  }
  void Call(const std::string& reason) {
    EndedCall call;
    call.reason = reason;
    call.upstream = "finpay";
    ended_.call(call);
  }

  std::vector<std::string> lines_;
  OperatorWarnings warnings_{[this](absl::string_view line) { lines_.emplace_back(line); }};
  OnEnded ended_ = warnings_.Listeners();
};

TEST_F(OperatorWarningsTest, WhatIsAsItShouldBeIsNoWarning) {
  for (const char* result : {"200", "400", "404", "429", "unreachable", "attempt_timeout"}) {
    Attempt(result);
  }
  for (const char* reason : {"", "QUOTA_EXCEEDED", "CALLER_UNKNOWN"}) Call(reason);
  for (const char* code : {"2000000", "4000001", "5000000"}) ended_.notification({.code = code});
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(OperatorWarningsTest, RefusedCredentialsAreSaidOnceForEachAccountAndStatus) {
  for (const char* result : {"401", "401", "403"}) Attempt(result);
  EXPECT_THAT(
      lines_,
      ElementsAre("the upstream refuses our credentials upstream=widekyc account=main status=401",
                  "the upstream refuses our credentials upstream=widekyc account=main status=403"));
}

TEST_F(OperatorWarningsTest, FiveFailuresAreABurst) {
  for (const char* result : {"500", "502", "503", "504"}) Attempt(result);
  EXPECT_THAT(lines_, IsEmpty());
  Attempt("500");
  EXPECT_THAT(lines_, ElementsAre("the upstream fails upstream=widekyc account=main status=5xx"));
}

TEST_F(OperatorWarningsTest, RepliesThatCannotBeRead) {
  Call("UPSTREAM_MALFORMED");
  Call("UPSTREAM_MALFORMED");
  EXPECT_THAT(lines_, ElementsAre("replies cannot be read upstream=finpay; look at them by "
                                  "ListQuarantined, where there is an event log"));
}

TEST_F(OperatorWarningsTest, NotificationsThatTheirSenderLoses) {
  ended_.notification({.code = "4010000"});
  ended_.notification({.account = "main", .code = "4130000"});
  EXPECT_THAT(
      lines_,
      ElementsAre("notifications come with a token that is nobody's, and are answered 401",
                  "notifications are larger than webhook.max_body_bytes account=main, and are "
                  "answered 413"));
}

}  // namespace
}  // namespace kyc
