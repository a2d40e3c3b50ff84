// What the environment says has no effect on traffic, and what the process holds stays in it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/start/listener.h"
#include "tests/support/certificates.h"
#include "tests/support/files.h"
#include "tests/support/gateway_test.h"
#include "tests/support/requests.h"
#include "tests/support/tls_upstream.h"

namespace kyc::tests {
namespace {

class EnvironmentTest : public GatewayTest {
 protected:
  void SetUp() override {
    WriteFile(files().path("ca.pem"), authority_.Pem());
    options_ = {.widekyc_url = upstream_.url(),
                .widekyc_upstream = absl::StrCat("ca_file: \"", files().path("ca.pem"), "\"")};
  }

  const Identity authority_ = MakeIdentity({.authority = true}, nullptr);
  const TlsUpstream upstream_{MakeIdentity({}, &authority_), kLiveReply};
  GatewayOptions options_;
};

TEST_F(EnvironmentTest, KeysOfConnectionsAreWrittenNowhere) {
  const std::string keys = files().path("keys");
  setenv("SSLKEYLOGFILE", keys.c_str(), 1);
  StartGateway(options_);
  unsetenv("SSLKEYLOGFILE");
  EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(), "OK");
  EXPECT_FALSE(std::filesystem::exists(keys));
}

TEST_F(EnvironmentTest, ProxiesOfTheEnvironmentGetNothing) {
  const Listener proxy;
  const char* const kNames[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                "ALL_PROXY"};
  for (const char* name : kNames) setenv(name, proxy.address().c_str(), 1);
  StartGateway(options_);
  for (const char* name : kNames) unsetenv(name);
  EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(), "OK");
  EXPECT_FALSE(proxy.HasVisitor());
}

// As a file of OpenSSL's own it would be obeyed by every library that uses OpenSSL.
TEST_F(EnvironmentTest, AConfigurationOfOpenSslHasNoEffect) {
  WriteFile(files().path("openssl.cnf"),
            "openssl_conf = all\n[all]\nssl_conf = tls\n[tls]\nsystem_default = old\n"
            "[old]\nMaxProtocol = TLSv1\n");
  setenv("OPENSSL_CONF", files().path("openssl.cnf").c_str(), 1);
  StartGateway(options_);
  unsetenv("OPENSSL_CONF");
  EXPECT_EQ(client().DetectLiveness(Liveness()).error.Summary(), "OK");
}

TEST_F(EnvironmentTest, NoCoreIsDumpedUnlessAskedFor) {
  StartGateway(options_);
  EXPECT_THAT(gateway().process().ProcText("limits"),
              testing::ContainsRegex("Max core file size +0 +0 "));
}

}  // namespace
}  // namespace kyc::tests
