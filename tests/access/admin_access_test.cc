// The operators' listener: TLS, tokens, and who may ask what.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/access/tls_test.h"
#include "tests/support/child_process.h"
#include "tests/support/files.h"
#include "tests/support/http.h"

namespace kyc::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kToken[] = "0123456789abcdef0123456789abcdef";
// Its SHA-256.
constexpr char kTokenDigest[] = "3eb1bd439947eb762998e566ccc2e099c791118b2f40579cc4f7da2b5061b7f9";
constexpr char kNextToken[] = "fedcba9876543210fedcba9876543210";

class AdminAccessTest : public TlsTest {
 protected:
  AdminAccessTest() { WriteFile(files().path("next_token"), kNextToken); }

  HttpAnswer Ask(const std::string& page, const std::string& token = "") {
    std::vector<std::string> headers;
    if (!token.empty()) headers.push_back(absl::StrCat("authorization: Bearer ", token));
    return Get(gateway().admin_port(), page, headers, over_tls_ ? &tls_ : nullptr);
  }
  int AskByProgram(const std::string& page, std::string& said) {
    // The configuration says port 0, as the test's does.
    WriteFile(files().path("asked.textproto"),
              absl::StrReplaceAll(
                  ReadFile(files().config_path()),
                  {{"admin { listen: \"127.0.0.1:0\"",
                    absl::StrCat("admin { listen: \"127.0.0.1:", gateway().admin_port(), "\"")}}));
    const ChildProcess asking("server/kyc-gateway",
                              {"--config", files().path("asked.textproto"), "--ask", page});
    const int status = asking.AwaitEnd().value_or(-1);
    said = absl::StrCat(asking.StandardOutput(), asking.StandardError());
    return status;
  }

  const OverTls tls_{root_.Pem()};
  bool over_tls_ = true;
};

TEST_F(AdminAccessTest, ByTlsAndATokenAllPagesProbesWithoutOne) {
  StartGateway({.admin = absl::StrCat(TlsBlock(), " bearer_token_sha256: \"", kTokenDigest, "\"")});
  for (const char* probe : {"/livez", "/healthz", "/readyz", "/readyz?verbose"}) {
    EXPECT_EQ(Ask(probe).status, 200) << probe;
  }
  for (const char* page : {"/", "/console.js", "/metrics", "/calls", "/config", "/elsewhere"}) {
    const HttpAnswer refused = Ask(page);
    EXPECT_EQ(refused.status, 401) << page;
    EXPECT_THAT(refused.body, HasSubstr("no_credentials"));
    EXPECT_FALSE(absl::StrContains(refused.body, "kyc_"));
  }
  EXPECT_EQ(Ask("/metrics", kNextToken).status, 401);
  EXPECT_EQ(Ask("/calls", kToken).status, 200);
  const HttpAnswer metrics = Ask("/metrics", kToken);
  EXPECT_THAT(metrics.body, HasSubstr("kyc_requests_not_let_in_total{listener=\"admin\",why="
                                      "\"no_credentials\"} 6\n"));
  EXPECT_THAT(metrics.body, HasSubstr("why=\"unknown_token\"} 1\n"));
  EXPECT_TRUE(gateway().process().AwaitError(
      "not let in: listener=admin why=unknown_token from=127.0.0.1"));
  EXPECT_EQ(Get(gateway().admin_port(), "/healthz").status, 0) << "in plaintext";
}

TEST_F(AdminAccessTest, TheConfigurationInUseIsToldWithoutSecrets) {
  StartGateway({.admin = absl::StrCat(TlsBlock(), " bearer_token_sha256: \"", kTokenDigest, "\"")});
  const std::string before = Ask("/config", kToken).body;
  EXPECT_THAT(before, HasSubstr("  bearer_token_sha256: set\n"));
  EXPECT_THAT(before, HasSubstr("  bearer_token_files: unset\n"));
  EXPECT_THAT(before, Not(HasSubstr(kTokenDigest)));
  WriteFile(files().config_path(),
            absl::StrReplaceAll(ReadFile(files().config_path()),
                                {{"bearer_token_sha256:",
                                  "bearer_token_files: \"next_token\" bearer_token_sha256:"}}));
  EXPECT_TRUE(TellToLook("the configuration was read again: new calls"));
  EXPECT_THAT(Ask("/config", kNextToken).body, HasSubstr("  bearer_token_files: set\n"));
}

TEST_F(AdminAccessTest, TokensAndCertificateChangeWhileItServes) {
  const std::string block =
      absl::StrCat(TlsBlock(), " bearer_token_sha256: \"", kTokenDigest, "\"");
  StartGateway({.admin = block});
  const std::string text = ReadFile(files().config_path());
  WriteFile(files().config_path(),
            absl::StrReplaceAll(text, {{absl::StrCat("bearer_token_sha256: \"", kTokenDigest, "\""),
                                        "bearer_token_files: \"next_token\""}}));
  EXPECT_TRUE(TellToLook("the configuration was read again: new calls"));
  EXPECT_EQ(Ask("/metrics", kNextToken).status, 200);
  EXPECT_EQ(Ask("/metrics", kToken).status, 401);
  // Without any it does not open to everybody.
  WriteFile(files().config_path(), absl::StrReplaceAll(text, {{block, ""}}));
  EXPECT_TRUE(TellToLook("the configuration was read again: new calls"));
  EXPECT_EQ(Ask("/metrics", kNextToken).status, 401);
  EXPECT_EQ(Ask("/metrics").status, 401);

  const Identity new_root = MakeIdentity({.authority = true}, nullptr);
  PutServer(MakeIdentity({}, &new_root));
  EXPECT_TRUE(TellToLook("admin.listen: new connections get the new certificate"));
  const OverTls trusting{new_root.Pem()};
  EXPECT_EQ(Get(gateway().admin_port(), "/healthz", {}, &trusting).status, 200);
}

TEST_F(AdminAccessTest, InPlaintextOnThisMachineATokenIsAskedForWhereThereIsOne) {
  over_tls_ = false;
  StartGateway({.admin = " bearer_token_files: \"next_token\""});
  EXPECT_EQ(Ask("/metrics").status, 401);
  EXPECT_EQ(Ask("/metrics", kNextToken).status, 200);
  EXPECT_EQ(Ask("/readyz").status, 200);
}

TEST_F(AdminAccessTest, TheProgramAsksByTlsAndWithTheToken) {
  StartGateway({.admin = absl::StrCat(TlsBlock(), " bearer_token_files: \"next_token\"")});
  std::string said;
  EXPECT_EQ(AskByProgram("/readyz", said), 0) << said;
  EXPECT_EQ(AskByProgram("/metrics", said), 0) << said;
  EXPECT_THAT(said, HasSubstr("kyc_build_info"));
  WriteFile(files().path("server.pem"), MakeIdentity({}, &clients_).Pem());
  EXPECT_EQ(AskByProgram("/metrics", said), 1) << "it is not sure whom it asks";
  EXPECT_THAT(said, HasSubstr("no answer from"));
}

}  // namespace
}  // namespace kyc::tests
