#include "server/config/reloader.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"

namespace kyc::config {
namespace {

// 32 bytes of 'k', and of 'l', in base64.
constexpr char kKey[] = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=";
constexpr char kOtherKey[] = "bGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGw=";

constexpr char kText[] = R"(
grpc { listen: "127.0.0.1:0" trusted: true }
webhook {
  listen: "127.0.0.1:0"
  accounts { name: "netzme" callback_token_files: "callback" }
}
finpay {
  base_url: "https://finpay.example"
  accounts {
    name: "main" merchant_id: "M1"
    merchant_pass_file: "pass" field_key_file: "field_key" field_iv_file: "field_iv"
  }
}
widekyc {
  server_url: "https://widekyc.example"
  upstream { ca_file: "ca.pem" }
  accounts { name: "main" token_file: "token" }
  accounts { name: "other" token_file: "other_token" }
}
event_log {
  sqlite { path: "events.db" }
  sealing_keys { id: 1 key_file: "sealing" }
  lookup_key_file: "lookup"
}
callers { name: "app" bearer_token_file: "bearer" }
)";

// As long as a bearer token must be.
std::string Content(absl::string_view start, absl::string_view name) {
  return absl::StrCat(start, name, "-of-128-bits-or-more");
}

class ReloaderTest : public testing::Test {
 protected:
  ReloaderTest() : folder_(testing::TempDir() + "/reloader_XXXXXX") {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    for (const char* name : {"callback", "pass", "token", "other_token", "bearer"}) {
      Write(name, Content("hidden-", name));
    }
    Write("field_key", "hidden7890123456");
    Write("field_iv", "hidden7890654321");
    Write("sealing", kKey);
    Write("lookup", kKey);
    Write("ca.pem", "-----BEGIN CERTIFICATE-----");
    Write("kyc.textproto", kText);
    const Loaded at_start = Load(path("kyc.textproto"));
    EXPECT_TRUE(at_start.settings.ok()) << at_start.settings.status();
    reloader_.emplace(path("kyc.textproto"), at_start);
  }
  ~ReloaderTest() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return absl::StrCat(folder_, "/", name); }

  void Write(const std::string& name, const std::string& content, mode_t mode = 0600) {
    std::ofstream(path(name), std::ios::binary) << content;
    EXPECT_EQ(chmod(path(name).c_str(), mode), 0);
  }
  void WriteConfig(const std::string& from, const std::string& to) {
    EXPECT_TRUE(absl::StrContains(kText, from)) << from;
    Write("kyc.textproto", absl::StrReplaceAll(kText, {{from, to}}));
  }

  // What a look finds: "" nothing, "taken" or the fault, and "; restart" if that is needed.
  std::string Look(bool asked = false) {
    last_ = reloader_->Look(asked);
    if (!last_.has_value()) return "";
    std::string found =
        last_->settings.ok() ? "taken" : std::string(last_->settings.status().message());
    EXPECT_FALSE(absl::StrContains(found, "hidden")) << found;
    return absl::StrReplaceAll(absl::StrCat(found, last_->needs_restart ? "; restart" : ""),
                               {{folder_, "DIR"}});
  }
  std::string Token() const {
    return std::string(last_->settings->widekyc->accounts[0].token.Reveal());
  }

  std::string folder_;
  absl::optional<Reloader> reloader_;
  absl::optional<Change> last_;
};

TEST_F(ReloaderTest, UnchangedIsNothing) {
  EXPECT_EQ(Look(), "");
  EXPECT_EQ(Look(), "");
}

TEST_F(ReloaderTest, AskedIsAlwaysAnswered) {
  EXPECT_EQ(Look(true), "taken");
  EXPECT_EQ(Look(), "");
}

TEST_F(ReloaderTest, SecretReplacedByARenameIsFound) {
  Write("new", "hidden-new");
  std::filesystem::rename(path("new"), path("token"));
  EXPECT_EQ(Look(), "taken");
  EXPECT_EQ(Token(), "hidden-new");
  EXPECT_EQ(Look(), "");
}

TEST_F(ReloaderTest, SecretsWrittenOverInARowAreFound) {
  for (const char* token : {"hidden-1", "hidden-2", "hidden-3", "hidden-4"}) {
    Write("token", token);
    EXPECT_EQ(Look(), "taken");
    EXPECT_EQ(Token(), token);
  }
}

// As Kubernetes mounts secrets: DIR/token -> ..data/token, ..data -> ..v1.
TEST_F(ReloaderTest, SymbolicLinkThatIsTurnedIsFound) {
  for (const char* version : {"v1", "v2"}) {
    std::filesystem::create_directory(path(version));
    Write(absl::StrCat(version, "/token"), absl::StrCat("hidden-", version));
  }
  std::filesystem::create_directory_symlink("v1", path("data"));
  std::filesystem::remove(path("token"));
  std::filesystem::create_symlink("data/token", path("token"));
  EXPECT_EQ(Look(), "taken");
  std::filesystem::create_directory_symlink("v2", path("turned"));
  std::filesystem::rename(path("turned"), path("data"));
  EXPECT_EQ(Look(), "taken");
  EXPECT_EQ(Token(), "hidden-v2");
}

TEST_F(ReloaderTest, OtherFileOfASecretIsFound) {
  Write("token-2", "hidden-2");
  WriteConfig("\"token\"", "\"token-2\"");
  EXPECT_EQ(Look(), "taken");
  EXPECT_EQ(Token(), "hidden-2");
  Write("token", "hidden-of-nobody");
  EXPECT_EQ(Look(), "");
}

TEST_F(ReloaderTest, WhatIsReloadedNeedsNoRestart) {
  for (const char* name : {"callback", "pass", "token", "other_token", "bearer"}) {
    Write(name, Content("hidden-new-", name));
    EXPECT_EQ(Look(), "taken") << name;
  }
  Write("field_key", "hidden7890123457");
  Write("field_iv", "hidden7890654322");
  EXPECT_EQ(Look(), "taken");
  for (const auto& [from, to] : std::initializer_list<std::pair<const char*, const char*>>{
           {"\"M1\"", "\"M2\""},
           {"callback_token_files: \"callback\"", "callback_token_files: [\"callback\", \"pass\"]"},
           {"callers {", "callers { name: \"local\" loopback: true } callers { allow_admin: true"},
           {"callers {", "# A comment.\ncallers {"},
           {"callers { name: \"app\" bearer_token_file: \"bearer\" }", ""}}) {
    WriteConfig(from, to);
    EXPECT_EQ(Look(true), "taken") << to;
  }
}

TEST_F(ReloaderTest, CommentIsNoChange) {
  WriteConfig("callers {", "# A comment.\ncallers {");
  EXPECT_EQ(Look(), "");
}

TEST_F(ReloaderTest, TokensOfTheOperatorsListenerNeedNoRestart) {
  WriteConfig("callers {", "admin { listen: \"127.0.0.1:0\" } callers {");
  EXPECT_EQ(Look(), "taken; restart");
  reloader_.emplace(path("kyc.textproto"), Load(path("kyc.textproto")));
  WriteConfig("callers {",
              "admin { listen: \"127.0.0.1:0\" bearer_token_files: \"bearer\" } callers {");
  EXPECT_EQ(Look(), "taken");
  Write("bearer", Content("hidden-", "other"));
  EXPECT_EQ(Look(), "taken");
}

TEST_F(ReloaderTest, WhatElseChangesNeedsARestartUntilItIsUndone) {
  for (const auto& [from, to] : std::initializer_list<std::pair<const char*, const char*>>{
           {"callers {", "drain_timeout { seconds: 9 } callers {"},
           {"callers {", "admin { listen: \"127.0.0.1:0\" } callers {"},
           {"upstream {", "max_text_bytes: 100 upstream {"},
           {"upstream {", "upstream { slots: 9 "},
           {"grpc {", "grpc { max_streams: 9 "}}) {
    WriteConfig(from, to);
    EXPECT_EQ(Look(), "taken; restart") << to;
  }
  Write("kyc.textproto", kText);
  EXPECT_EQ(Look(), "taken");
  Write("lookup", kOtherKey);
  EXPECT_EQ(Look(), "taken; restart");
  Write("token", "hidden-new");
  EXPECT_EQ(Look(), "taken; restart");
  Write("lookup", kKey);
  EXPECT_EQ(Look(), "taken");
  Write("sealing", kOtherKey);
  EXPECT_EQ(Look(), "taken; restart");
  Write("sealing", kKey);
  EXPECT_EQ(Look(), "taken");
  Write("ca.pem", "-----BEGIN CERTIFICATE----- of another one");
  EXPECT_EQ(Look(), "taken; restart");
}

TEST_F(ReloaderTest, OtherAccountsAreNotTaken) {
  Write("third", "hidden-third");
  for (const auto& [from, to] : std::initializer_list<std::pair<const char*, const char*>>{
           {"name: \"other\"", "name: \"renamed\""},
           {"accounts { name: \"other\" token_file: \"other_token\" }", ""},
           {"callers {", "admin { listen: \"127.0.0.1:0\" } callers {"},
           {"name: \"netzme\"", "name: \"renamed\""},
           {"name: \"main\" merchant_id", "name: \"renamed\" merchant_id"},
           {"https://finpay.example", "https://finpay.test"},
           {"https://widekyc.example", "https://widekyc.test"},
           {"  upstream {", "accounts { name: \"third\" token_file: \"third\" } upstream {"}}) {
    WriteConfig(from, to);
    EXPECT_EQ(Look(),
              absl::StartsWith(to, "admin")
                  ? "taken; restart"
                  : "its accounts, or the addresses of their upstreams, are others; restart")
        << to;
  }
}

TEST_F(ReloaderTest, OrderOfAccountsIsNoOtherAccounts) {
  WriteConfig(R"(accounts { name: "main" token_file: "token" }
  accounts { name: "other" token_file: "other_token" })",
              R"(accounts { name: "other" token_file: "other_token" }
  accounts { name: "main" token_file: "token" })");
  EXPECT_EQ(Look(), "taken; restart");
}

TEST_F(ReloaderTest, WrongIsToldOnceAndItsEndToo) {
  Write("token", "");
  const std::string fault =
      "DIR/kyc.textproto:17: widekyc.accounts[0].token_file: the file that it names is empty";
  EXPECT_EQ(Look(), fault);
  EXPECT_EQ(Look(), "");
  EXPECT_EQ(Look(true), fault);
  Write("bearer", Content("hidden-", "bearer"), 0604);
  const std::string another =
      "DIR/kyc.textproto:25: callers[0].bearer_token_file: the file that it names is open to every "
      "user: chmod o= it";
  EXPECT_EQ(Look(), fault + "; " + another);
  Write("token", Content("hidden-", "token"));
  EXPECT_EQ(Look(), another);
  ASSERT_EQ(chmod(path("bearer").c_str(), 0600), 0);
  EXPECT_EQ(Look(), "taken");
  EXPECT_EQ(Look(), "");
}

TEST_F(ReloaderTest, FileThatIsGoneIsAwaited) {
  std::filesystem::remove(path("kyc.textproto"));
  EXPECT_EQ(Look(), "DIR/kyc.textproto cannot be read: No such file or directory");
  EXPECT_EQ(Look(), "");
  Write("kyc.textproto", std::string(kText).substr(0, 100));
  EXPECT_TRUE(absl::StartsWith(Look(), "DIR/kyc.textproto:"));
  std::filesystem::remove(path("token"));
  Write("kyc.textproto", kText);
  EXPECT_EQ(
      Look(),
      "DIR/kyc.textproto:17: widekyc.accounts[0].token_file: the file that it names cannot be "
      "read: No such file or directory");
  Write("token", "hidden-new");
  EXPECT_EQ(Look(), "taken");
  EXPECT_EQ(Token(), "hidden-new");
}

}  // namespace
}  // namespace kyc::config
