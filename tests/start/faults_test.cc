// Gateways that must not start: what they say, and how they end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "tests/start/listener.h"
#include "tests/support/child_process.h"
#include "tests/support/files.h"
#include "tests/support/gateway_files.h"
#include "tests/support/planted.h"
#include "tests/support/webhook_sender.h"

namespace kyc::tests {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kNothingStarted[] =
    "kyc-gateway: the configuration is wrong, nothing was started:\n";

// What a gateway said that ended by itself.
struct End {
  absl::optional<int> exit_status;
  std::string error;
  std::string output;
};

class FaultsTest : public testing::Test {
 protected:
  FaultsTest() { files_.ConfigureText(sound_); }

  End Run(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"--config", files_.config_path()});
    const ChildProcess gateway("server/kyc-gateway", std::move(more));
    End end;
    end.exit_status = gateway.AwaitEnd();
    end.error = gateway.StandardError();
    end.output = gateway.StandardOutput();
    EXPECT_THAT(PlantedIn(end.error + end.output), IsEmpty()) << end.error;
    return end;
  }

  // The configuration with one text replaced, which must be there.
  End RunWith(const std::string& from, const std::string& to) {
    EXPECT_THAT(sound_, HasSubstr(from));
    files_.ConfigureText(absl::StrReplaceAll(sound_, {{from, to}}));
    return Run();
  }

  // What it said last, with its newline.
  static std::string LastLine(const End& end) {
    const size_t before = end.error.rfind('\n', end.error.size() - 2);
    return end.error.substr(before == std::string::npos ? 0 : before + 1);
  }

  GatewayFiles files_;
  const std::string sound_ =
      ConfigText({.finpay_url = "http://127.0.0.1:1/api", .widekyc_url = "http://127.0.0.1:1"});
};

TEST_F(FaultsTest, AllFaultsAreNamedAtOnceAndNothingListens) {
  const Listener listener;
  std::string text = sound_;
  text = absl::StrReplaceAll(
      text, {{"listen: \"127.0.0.1:0\"", absl::StrCat("listen: \"", listener.address(), "\"")}});
  text = absl::StrReplaceAll(text, {{"merchant_id: \"merchant-first\"", ""},
                                    {"http://127.0.0.1:1/api", "ftp://finpay.example"},
                                    {"id: 1 key_file", "id: 256 key_file"},
                                    {"\"widekyc_token\"", "\"no_such_file\""}});
  files_.ConfigureText(text + "drain_timeout { seconds: 3600 }\n");
  const End end = Run();
  EXPECT_EQ(end.exit_status, 2);
  EXPECT_THAT(end.error, testing::StartsWith(kNothingStarted));
  for (const char* fault :
       {"webhook.listen: is the same as grpc.listen", "finpay.base_url: must begin with https://",
        "finpay.accounts[0].merchant_id: is required",
        "event_log.sealing_keys[0].id: must be 1 to 255",
        "widekyc.accounts[0].token_file: "
        "the file that it names cannot be read: No such file or directory",
        "drain_timeout: must be 0 to 5m"}) {
    EXPECT_THAT(end.error, HasSubstr(fault));
  }
  EXPECT_THAT(end.error, Not(HasSubstr("listening")));
  EXPECT_EQ(ReadFile(files_.path("events.db")), "");
}

TEST_F(FaultsTest, TypingErrorsAreNamedByLine) {
  files_.ConfigureText("grpc {\n  listne: \"127.0.0.1:0\"\n}\ngprc {}\n");
  const End end = Run();
  EXPECT_EQ(end.exit_status, 2);
  EXPECT_THAT(end.error, HasSubstr("config.textproto:2:"));
  EXPECT_THAT(end.error, HasSubstr("Grpc has no such field; the nearest is listen"));
  EXPECT_THAT(end.error, HasSubstr("config.textproto:4:"));
  EXPECT_THAT(end.error, HasSubstr("grpc.listen: is required"));
}

// Run looks for planted values in all that was said.
TEST_F(FaultsTest, SecretInTheWrongPlaceIsNotRepeated) {
  const std::string quoted = absl::StrCat("\"", kWideKycToken, "\"");
  files_.ConfigureText(absl::StrCat("grpc { listen: ", kWideKycToken, " }\n"));
  EXPECT_EQ(Run().exit_status, 2);
  files_.ConfigureText(absl::StrCat(kWideKycToken, "\n"));
  EXPECT_EQ(Run().exit_status, 2);
  for (const char* value :
       {"\"widekyc_token\"", "\"127.0.0.1:0\"", "\"http://127.0.0.1:1\"", "true"}) {
    EXPECT_EQ(RunWith(value, quoted).exit_status, 2) << value;
  }
  const End end = RunWith("\"events.db\"", absl::StrCat("\"no_such_folder/", kWideKycToken, "\""));
  EXPECT_EQ(end.exit_status, 1);
}

TEST_F(FaultsTest, MissingConfigurationIsNamed) {
  const ChildProcess gateway("server/kyc-gateway", {"--config", "/no/such/file"});
  EXPECT_EQ(gateway.AwaitEnd(), 2);
  EXPECT_THAT(gateway.StandardError(), HasSubstr("/no/such/file cannot be read"));
  const ChildProcess bare("server/kyc-gateway", {});
  EXPECT_EQ(bare.AwaitEnd(), 2);
}

TEST_F(FaultsTest, UsedPortIsNamedInOneLine) {
  const Listener listener;
  const struct {
    const char* block;
    const char* field;
  } kListeners[] = {
      {"grpc { listen: \"127.0.0.1:0\"", "(grpc.listen)"},
      {"webhook {\n  listen: \"127.0.0.1:0\"", "(webhook.listen)"},
      {"admin { listen: \"127.0.0.1:0\"", "(admin.listen)"},
  };
  for (const auto& [block, field] : kListeners) {
    const End end =
        RunWith(block, absl::StrReplaceAll(block, {{"127.0.0.1:0", listener.address()}}));
    EXPECT_EQ(end.exit_status, 1);
    EXPECT_EQ(LastLine(end),
              absl::StrCat("kyc-gateway: cannot listen on ", listener.address(),
                           ": Address already in use, by another program or by another gateway ",
                           field, "\n"));
    EXPECT_THAT(end.error, Not(HasSubstr("listening"))) << "nothing is served before all is bound";
  }
}

// TEST-NET-1: nobody has it.
TEST_F(FaultsTest, AddressOfAnotherMachineIsNamedInOneLine) {
  const std::string elsewhere = "listen: \"192.0.2.1:1\" insecure_plaintext_i_understand: true";
  const struct {
    const char* from;
    std::string to;
    const char* field;
  } kListeners[] = {
      {"grpc { listen: \"127.0.0.1:0\" trusted: true",
       absl::StrCat("grpc { listeners { address: \"127.0.0.1:0\" trusted: true } ", elsewhere),
       "(grpc.listen)"},
      {"webhook {\n  listen: \"127.0.0.1:0\"", "webhook { " + elsewhere, "(webhook.listen)"},
      {"admin { listen: \"127.0.0.1:0\"", "admin { " + elsewhere, "(admin.listen)"},
  };
  for (const auto& [from, to, field] : kListeners) {
    const End end = RunWith(from, to);
    EXPECT_EQ(end.exit_status, 1);
    EXPECT_EQ(LastLine(end),
              absl::StrCat("kyc-gateway: cannot listen on 192.0.2.1:1: Cannot assign requested "
                           "address, this machine has no such address ",
                           field, "\n"));
    EXPECT_THAT(end.error, Not(HasSubstr("listening")));
  }
}

// Notifications come before and while a start fails: nobody is answered, and it ends as it should.
TEST_F(FaultsTest, StartThatFailsUnderLoadAnswersNobody) {
  const Listener taken;
  absl::optional<Listener> free_port{absl::in_place};
  const std::string webhook = free_port->address();
  const uint16_t port = free_port->port();
  free_port.reset();
  files_.ConfigureText(
      absl::StrReplaceAll(sound_, {{"webhook {\n  listen: \"127.0.0.1:0\"",
                                    absl::StrCat("webhook {\n  listen: \"", webhook, "\"")},
                                   {"admin { listen: \"127.0.0.1:0\"",
                                    absl::StrCat("admin { listen: \"", taken.address(), "\"")}}));
  std::atomic<bool> ended = false;
  std::atomic<int> answered = 0;
  std::vector<std::thread> senders;
  for (int i = 0; i < 4; ++i) {
    senders.emplace_back([&, i] {
      Sender sender(i);
      while (!ended) {
        WebhookConnection connection(port);
        if (sender.Post(connection) != 0) ++answered;
      }
    });
  }
  for (int round = 0; round < 5; ++round) {
    const End end = Run();
    EXPECT_EQ(end.exit_status, 1) << end.error;
    EXPECT_THAT(LastLine(end), HasSubstr("(admin.listen)"));
  }
  ended = true;
  for (std::thread& sender : senders) sender.join();
  EXPECT_EQ(answered, 0);
}

TEST_F(FaultsTest, MissingSecretFileIsNamed) {
  const End end = RunWith("\"field_key\"", "\"gone\"");
  EXPECT_EQ(end.exit_status, 2);
  EXPECT_EQ(
      end.error,
      absl::StrCat(kNothingStarted, files_.config_path(), ":", LineOf("\"field_key\"", sound_),
                   ": finpay.accounts[0].field_key_file: the file that it names cannot be "
                   "read: No such file or directory\n"));
}

TEST_F(FaultsTest, SecretFilesThatOthersMayReadAreNamed) {
  for (const char* name : {"merchant_pass", "field_key", "field_iv", "widekyc_token",
                           "callback_token", "sealing_key", "lookup_key"}) {
    ASSERT_EQ(chmod(files_.path(name).c_str(), 0604), 0);
    const End end = Run();
    EXPECT_EQ(end.exit_status, 2) << name;
    EXPECT_THAT(end.error, HasSubstr("the file that it names is open to every user")) << name;
    ASSERT_EQ(chmod(files_.path(name).c_str(), 0600), 0);
  }
}

TEST_F(FaultsTest, SecretsOfTheWrongFormAreNotShown) {
  WriteFile(files_.path("field_key"), absl::StrCat(kFieldKey, "-and-more"));
  WriteFile(files_.path("lookup_key"), kMerchantPass);
  const End end = Run();
  EXPECT_EQ(end.exit_status, 2);
  EXPECT_THAT(end.error, HasSubstr("field_key_file: the file that it names must hold 16 bytes"));
  EXPECT_THAT(end.error,
              HasSubstr("lookup_key_file: the file that it names must hold 32 bytes in base64"));
}

TEST_F(FaultsTest, PlaintextOutsideLoopbackMustBeAskedFor) {
  const End end = RunWith("grpc { listen: \"127.0.0.1:0\"", "grpc { listen: \"0.0.0.0:0\"");
  EXPECT_EQ(end.exit_status, 2);
  EXPECT_THAT(end.error, HasSubstr("grpc.listen: is not loopback"));
}

// A whole database that another program has made.
std::string OtherDatabase(const std::string& header) {
  const std::string path = MakeFolder("other") + "/other.db";
  sqlite3* database = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database,
                         (header + "CREATE TABLE diary (day TEXT, entry TEXT);"
                                   "INSERT INTO diary VALUES ('today', 'rain');")
                             .c_str(),
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(database);
  return ReadFile(path);
}

TEST_F(FaultsTest, ForeignEventLogIsRefusedUnchanged) {
  const struct {
    std::string content;
    const char* what;
  } kFiles[] = {
      {std::string(100, 'd'), "the file is not an SQLite database"},
      {std::string(100, 'd'), "restore it with its -wal from a backup"},
      {OtherDatabase("PRAGMA application_id = 7;"), "belongs to another application"},
      {OtherDatabase("PRAGMA application_id = 0x4b594345; PRAGMA user_version = 99;"),
       "was written by a newer version (schema 99, this one knows "},
  };
  for (const auto& [content, what] : kFiles) {
    WriteFile(files_.path("events.db"), content);
    const End end = Run();
    EXPECT_EQ(end.exit_status, 1);
    EXPECT_THAT(end.error, testing::StartsWith("kyc-gateway: cannot open the event log: "));
    EXPECT_THAT(end.error, testing::EndsWith(" (event_log.sqlite.path)\n"));
    EXPECT_THAT(end.error, HasSubstr(what));
    EXPECT_EQ(end.error.find('\n'), end.error.size() - 1) << "one line";
    EXPECT_EQ(ReadFile(files_.path("events.db")), content);
  }
}

TEST_F(FaultsTest, CheckSaysWhatWouldBeServedAndStartsNothing) {
  const End end = Run({"--check"});
  EXPECT_EQ(end.exit_status, 0);
  EXPECT_EQ(end.error, "");
  for (const char* words :
       {"grpc: listens on 127.0.0.1:0 trusted; callers local",
        "finpay: http://127.0.0.1:1/api; accounts first", "event_log: sqlite "}) {
    EXPECT_THAT(end.output, HasSubstr(words));
  }
  EXPECT_EQ(ReadFile(files_.path("events.db")), "");
  files_.ConfigureText("grpc {}");
  EXPECT_EQ(Run({"--check"}).exit_status, 2);
}

}  // namespace
}  // namespace kyc::tests
