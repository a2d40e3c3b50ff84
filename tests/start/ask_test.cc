// kyc-gateway --ask: what a container's health check, or whoever has no HTTP client there, is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/start/listener.h"
#include "tests/support/child_process.h"
#include "tests/support/files.h"
#include "tests/support/gateway.h"
#include "tests/support/gateway_files.h"

namespace kyc::tests {
namespace {

using testing::HasSubstr;

class AskTest : public testing::Test {
 protected:
  // The usual configuration, with the operators' listener there.
  void Configure(const std::string& admin, const std::string& more = "") {
    files_.ConfigureText(
        absl::StrReplaceAll(ConfigText({.widekyc_url = "http://127.0.0.1:1", .more = more}),
                            {{"admin { listen: \"127.0.0.1:0\" }",
                              absl::StrCat("admin { listen: \"", admin, "\" }")}}));
  }
  // How it ended; what it wrote is in said_.
  int Ask(const std::string& page) {
    const ChildProcess asking("server/kyc-gateway",
                              {"--config", files_.config_path(), "--ask", page});
    const int status = asking.AwaitEnd().value_or(-1);
    said_ = absl::StrCat(asking.StandardOutput(), asking.StandardError());
    return status;
  }

  // Sockets' paths are at most 107 bytes long, which the test's own folder may not leave.
  const std::string folder_ = MakeShortFolder();
  GatewayFiles files_;
  std::string said_;
};

TEST_F(AskTest, TellsByItsStatusAndPrintsThePage) {
  Configure(absl::StrCat("unix:", folder_, "/admin"), "drain_delay { seconds: 300 }");
  const Gateway gateway(files_);
  EXPECT_EQ(Ask("/healthz"), 0) << said_;
  EXPECT_EQ(Ask("/readyz"), 0) << said_;
  EXPECT_EQ(Ask("/metrics"), 0);
  EXPECT_THAT(said_, HasSubstr("\nkyc_build_info{"));
  EXPECT_EQ(Ask("/nothing"), 1);
  gateway.process().Signal(SIGTERM);
  ASSERT_TRUE(gateway.process().AwaitError("not ready any more"));
  EXPECT_EQ(Ask("/readyz"), 1);
  EXPECT_THAT(said_, HasSubstr("draining"));
  EXPECT_EQ(Ask("/healthz"), 0);
}

TEST_F(AskTest, SaysThatNobodyIsThere) {
  const Listener listener;  // Accepts nobody.
  const std::string address = listener.address();
  Configure(address);
  EXPECT_EQ(Ask("/healthz"), 1);
  EXPECT_THAT(said_, HasSubstr(absl::StrCat("no answer from ", address)));
  Configure(absl::StrCat("unix:", folder_, "/nobody"));
  EXPECT_EQ(Ask("/healthz"), 1);
  EXPECT_THAT(said_, HasSubstr("no answer from unix:"));
}

TEST_F(AskTest, NeedsARightConfigurationWithSomebodyToAsk) {
  files_.ConfigureText("grpc {}");
  EXPECT_EQ(Ask("/healthz"), 2);
  files_.ConfigureText(absl::StrReplaceAll(ConfigText({.widekyc_url = "http://127.0.0.1:1"}),
                                           {{"admin { listen: \"127.0.0.1:0\" }", ""}}));
  EXPECT_EQ(Ask("/healthz"), 2);
  EXPECT_EQ(said_, "kyc-gateway: there is nobody to ask: no admin {}\n");
}

}  // namespace
}  // namespace kyc::tests
