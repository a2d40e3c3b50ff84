// The client for the command line, at a gateway that speaks TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/access/tls_test.h"
#include "tests/support/child_process.h"
#include "tests/support/files.h"
#include "tests/support/http.h"
#include "tests/support/planted.h"

namespace kyc::tests {
namespace {

using testing::HasSubstr;

class KycTlsTest : public TlsTest {
 protected:
  void SetUp() override {
    WriteFile(files().path("root.pem"), root_.Pem());
    WriteFile(files().path("caller.pem"), caller_.Pem());
    WriteFile(files().path("caller.key"), caller_.KeyPem());
    WriteFile(files().path("token"), absl::StrCat(kBearerToken, "\n"));
    StartGateway({.grpc = absl::StrCat("listeners { address: \"127.0.0.1:0\" ",
                                       AskingBlock("OPTIONAL"), " }"),
                  .callers = R"(callers { name: "app" bearer_token_file: "bearer_token" }
                                callers { name: "job" certificate_dns_names: "job.example" })"});
  }
  std::string address() { return absl::StrCat("127.0.0.1:", gateway().grpc_ports().at(1)); }
  std::string File(const char* name) { return files().path(name); }
  // What it printed, and its exit status where that is not 0.
  std::string Run(std::vector<std::string> arguments) {
    const ChildProcess kyc("clients/kyc/kyc", std::move(arguments));
    const auto end = kyc.AwaitEnd();
    if (end == 0) return kyc.StandardOutput();
    return absl::StrCat(end.value_or(-1), " ", kyc.StandardError());
  }

  const Identity caller_ = MakeIdentity({.name = "DNS:job.example"}, &clients_);
};

constexpr char kList[] = "netzme.v1.UpgradeNotificationService/ListUpgrades";

TEST_F(KycTlsTest, CallersAreWhoTheirTokenOrCertificateSays) {
  EXPECT_EQ(
      Run({"call", address(), kList, "--ca", File("root.pem"), "--token-file", File("token")}),
      "{}\n");
  EXPECT_EQ(Run({"call", address(), kList, "--ca", File("root.pem"), "--cert", File("caller.pem"),
                 "--key", File("caller.key")}),
            "{}\n");
  EXPECT_THAT(Run({"call", address(), kList, "--ca", File("root.pem")}), HasSubstr("80 "));
}

TEST_F(KycTlsTest, GrpcurlsOwnFlagsAreTaken) {
  EXPECT_EQ(Run({"grpcurl", "-cacert", File("root.pem"), "-cert", File("caller.pem"), "-key",
                 File("caller.key"), address(), kList}),
            "{}\n");
  EXPECT_EQ(Run({"grpcurl", "-cacert", File("root.pem"), "-H",
                 absl::StrCat("authorization: Bearer ", kBearerToken), address(), kList}),
            "{}\n");
}

TEST_F(KycTlsTest, AWatchReadsItsFiles) {
  const ChildProcess watch("clients/kyc/kyc",
                           {"watch", address(), "--ca", File("root.pem"), "--token-file",
                            File("token"), "--from", "earliest", "--cursor-file", File("place")});
  EXPECT_EQ(
      Post(gateway().webhook_port(), "/v1.0/snap/account/upgrade/notify",
           {"Content-Type: application/json", absl::StrCat("x-callback-token: ", kCallbackToken)},
           R"({"originalReferenceNo":"order-1","custId":"c","status":"approved"})")
          .status,
      200);
  EXPECT_TRUE(watch.AwaitOutput("order-1")) << watch.StandardError();
}

TEST_F(KycTlsTest, NoCallIsMadeWhereItIsNotTheRightGatewayOrAFileIsMissing) {
  const std::vector<std::string> call = {"call", address(), kList, "-max-time", "5"};
  auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), call.begin(), call.end());
    return Run(std::move(more));
  };
  EXPECT_THAT(with({"--tls"}), HasSubstr("Error invoking method"));
  EXPECT_THAT(with({"--ca", File("clients.pem")}), HasSubstr("Error invoking method"));
  const std::string absent = " cannot be read: No such file or directory\n";
  EXPECT_THAT(with({"--ca", File("absent")}), HasSubstr(absent));
  EXPECT_THAT(with({"--tls", "--token-file", File("absent")}), HasSubstr(absent));
}

}  // namespace
}  // namespace kyc::tests
