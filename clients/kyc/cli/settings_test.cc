#include "clients/kyc/cli/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <map>
#include <string>

namespace kyc::cli {
namespace {

using testing::HasSubstr;

Variable Environment(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const char* name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string() : found->second;
  };
}

std::string Write(const std::string& content, mode_t mode = 0600) {
  const std::string path = testing::TempDir() + "/settings.toml";
  std::ofstream(path, std::ios::trunc) << content;
  chmod(path.c_str(), mode);
  return path;
}

TEST(Settings, TheLineGoesBeforeTheEnvironmentAndThatBeforeTheFile) {
  const Said file{.address = "file:1", .token_file = "f"};
  EXPECT_EQ(Settle({}, {}, {})->address, kDefaultAddress);
  EXPECT_EQ(Settle({}, {}, file)->address, "file:1");
  EXPECT_EQ(Settle({}, {}, file)->token_file, "f");
  EXPECT_EQ(Settle({}, {.address = "env:1"}, file)->address, "env:1");
  EXPECT_EQ(Settle({.address = "line:1"}, {.address = "env:1"}, file)->address, "line:1");
  EXPECT_EQ(Settle({.token_file = "l"}, {.token = "e"}, file)->token_file, "l");
  EXPECT_EQ(Settle({.token_file = "l"}, {.token = "e"}, file)->token, "");
}

TEST(Settings, TheFilesTokenAndTlsGoWithItsAddressOnly) {
  const Said file{.address = "file:1", .token = "secret", .tls = true, .ca_file = "ca"};
  const auto other = Settle({.address = "other:1"}, {}, file);
  EXPECT_EQ(other->token, "");
  EXPECT_FALSE(other->tls);
  EXPECT_EQ(other->ca_file, "");
  EXPECT_EQ(Settle({.address = "file:1"}, {}, file)->token, "secret");
  EXPECT_EQ(Settle({.address = "other:1"}, {.token = "mine"}, file)->token, "mine");
}

TEST(Settings, CertificatesMeanTls) {
  EXPECT_TRUE(Settle({.ca_file = "ca"}, {}, {})->tls);
  EXPECT_FALSE(Settle({.tls = false}, {.ca_file = "ca"}, {})->tls);
  EXPECT_THAT(Settle({.tls = false, .ca_file = "ca"}, {}, {}).status().message(),
              HasSubstr("--plaintext does not go with files"));
  EXPECT_THAT(Settle({.certificate_file = "c"}, {}, {}).status().message(),
              HasSubstr("--cert and --key go together"));
}

TEST(Settings, TheFileIsTomlOfKnownKeys) {
  const auto said = SaidByFile(
      Write("# production\naddress = \"kyc.example:443\"\ntoken_file = \"/t\"\ntls = true\n"),
      true);
  ASSERT_TRUE(said.ok()) << said.status();
  EXPECT_EQ(said->address, "kyc.example:443");
  EXPECT_EQ(said->token_file, "/t");
  EXPECT_EQ(said->tls, true);
  EXPECT_THAT(SaidByFile(Write("adress = \"x\"\n"), true).status().message(),
              HasSubstr("adress is unknown"));
  EXPECT_THAT(SaidByFile(Write("tls = perhaps\n"), true).status().message(),
              HasSubstr("wants true or false"));
  EXPECT_THAT(SaidByFile(Write("[other]\naddress = \"x\"\n"), true).status().message(),
              HasSubstr("is unknown"));
}

TEST(Settings, AFileWithATokenIsItsOwnersAlone) {
  EXPECT_EQ(SaidByFile(Write("token = \"s\"\n", 0600), true)->token, "s");
  const auto open = SaidByFile(Write("token = \"secret-word\"\n", 0640), true);
  EXPECT_THAT(open.status().message(), HasSubstr("chmod 600"));
  EXPECT_THAT(open.status().message(), testing::Not(HasSubstr("secret-word")));
  EXPECT_TRUE(SaidByFile(Write("address = \"x\"\n", 0644), true).ok());
}

TEST(Settings, AbsentIsNothingUnlessItWasNamed) {
  EXPECT_TRUE(SaidByFile("/no/such/file", false).ok());
  EXPECT_FALSE(SaidByFile("/no/such/file", true).ok());
}

TEST(Settings, EnvironmentIsReadByName) {
  const auto said = SaidByEnvironment(Environment({{"KYC_ADDRESS", "h:1"}, {"KYC_TLS", "true"}}));
  ASSERT_TRUE(said.ok());
  EXPECT_EQ(said->address, "h:1");
  EXPECT_EQ(said->tls, true);
  EXPECT_FALSE(SaidByEnvironment(Environment({{"KYC_TLS", "yes"}})).ok());
}

TEST(Settings, PathIsTheNamedOneOrTheUsersFolder) {
  EXPECT_EQ(SettingsPath("named", Environment({{"KYC_SETTINGS", "e"}})), "named");
  EXPECT_EQ(SettingsPath("", Environment({{"KYC_SETTINGS", "e"}, {"HOME", "/h"}})), "e");
  EXPECT_EQ(SettingsPath("", Environment({{"XDG_CONFIG_HOME", "/x"}, {"HOME", "/h"}})),
            "/x/kyc/settings.toml");
  EXPECT_EQ(SettingsPath("", Environment({{"HOME", "/h"}})), "/h/.config/kyc/settings.toml");
  EXPECT_EQ(SettingsPath("", Environment({})), "");
}

}  // namespace
}  // namespace kyc::cli
