// A gateway that is told to end does, whatever it waits for and whoever reads what it says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/types/optional.h"
#include "tests/start/listener.h"
#include "tests/support/child_process.h"
#include "tests/support/files.h"
#include "tests/support/gateway_files.h"
#include "tests/support/http.h"
#include "tests/support/planted.h"
#include "tests/support/webhook_sender.h"

namespace kyc::tests {
namespace {

// Runs a program whose standard error nobody reads.
constexpr char kUnread[] = "tests/start/unread.sh";

class EndingTest : public testing::Test {
 protected:
  std::vector<std::string> Command() const {
    return {RunfilePath("server/kyc-gateway"), "--config", files_.config_path()};
  }
  // The usual configuration with these texts in place of others.
  void Configure(const std::vector<std::pair<std::string, std::string>>& replacements) {
    files_.ConfigureText(
        absl::StrReplaceAll(ConfigText({.widekyc_url = "http://127.0.0.1:1"}), replacements));
  }

  GatewayFiles files_;
};

// A port that was free a moment ago.
uint16_t FreePort() { return Listener().port(); }

TEST_F(EndingTest, NobodyReadsWhatItSaysAndItDrains) {
  const uint16_t webhook = FreePort();
  Configure({{"webhook {\n  listen: \"127.0.0.1:0\"",
              absl::StrCat("webhook {\n  listen: \"127.0.0.1:", webhook, "\"")}});
  const ChildProcess gateway(kUnread, Command());
  const auto notify = [&] {
    return Post(webhook, "/v1.0/snap/account/upgrade/notify",
                {"Content-Type: application/json",
                 absl::StrCat("x-callback-token: ", kCallbackToken)},
                R"({"originalReferenceNo":"one-PlantRef9"})")
        .status;
  };
  while (notify() == 0) std::this_thread::yield();
  // Each is a line.
  for (int i = 0; i < 20; ++i) EXPECT_EQ(notify(), 400);
  EXPECT_EQ(gateway.Stop(), 0);
}

TEST_F(EndingTest, NobodyReadsWhyItCannotStartAndItEnds) {
  const Listener taken;
  Configure({{"admin { listen: \"127.0.0.1:0\"",
              absl::StrCat("admin { listen: \"", taken.address(), "\"")}});
  EXPECT_EQ(ChildProcess(kUnread, Command()).AwaitEnd(), 1);
  files_.ConfigureText("grpc {}");
  EXPECT_EQ(ChildProcess(kUnread, Command()).AwaitEnd(), 2);
}

TEST_F(EndingTest, StartThatWaitsEndsAtOnce) {
  Configure({});
  for (const int signal : {SIGTERM, SIGINT}) {
    const ChildProcess gateway(
        "server/kyc-gateway", {"--config", files_.config_path()},
        {absl::StrCat("LD_PRELOAD=", RunfilePath("tests/start/libstuck_file.so")),
         absl::StrCat("STUCK_FILE=", files_.path("events.db"))});
    ASSERT_TRUE(gateway.AwaitError("stuck\n")) << gateway.StandardError();
    gateway.Signal(signal);
    EXPECT_EQ(gateway.AwaitEnd(), -signal);
    EXPECT_THAT(gateway.StandardError(), testing::HasSubstr("told to end while it started"));
  }
}

// The log's writer never comes back from a commit.
TEST_F(EndingTest, DiskThatHangsIsLeftBehind) {
  const uint16_t webhook = FreePort();
  Configure({{"webhook {\n  listen: \"127.0.0.1:0\"",
              absl::StrCat("drain_timeout {}\nwebhook {\n  listen: \"127.0.0.1:", webhook, "\"")}});
  const ChildProcess gateway(
      "server/kyc-gateway", {"--config", files_.config_path()},
      {absl::StrCat("LD_PRELOAD=", RunfilePath("tests/start/libstuck_file.so")),
       absl::StrCat("STUCK_WHILE=", files_.path("hangs"))});
  ASSERT_TRUE(gateway.AwaitError(" serving\n")) << gateway.StandardError();
  WriteFile(files_.path("hangs"), "");
  std::thread sender([&] {
    const auto answer =
        Post(webhook, "/v1.0/snap/account/upgrade/notify",
             {"Content-Type: application/json", absl::StrCat("x-callback-token: ", kCallbackToken)},
             R"({"originalReferenceNo":"one","status":"approved"})");
    EXPECT_NE(answer.status, 200);
  });
  EXPECT_TRUE(gateway.AwaitError("stuck\n"));
  gateway.Signal(SIGTERM);
  EXPECT_EQ(gateway.AwaitEnd(), 3) << gateway.StandardError();
  sender.join();
  EXPECT_THAT(gateway.StandardError(), testing::HasSubstr(" info drained\n"));
  EXPECT_THAT(gateway.StandardError(), testing::HasSubstr("did not end in time"));
}

TEST_F(EndingTest, MachineWithTooFewThreadsIsNamedInOneLine) {
  Configure({});
  for (const int most : {0, 5, 12, 31}) {
    const ChildProcess gateway(
        "server/kyc-gateway", {"--config", files_.config_path()},
        {absl::StrCat("LD_PRELOAD=", RunfilePath("tests/start/libfew_threads.so")),
         absl::StrCat("MOST_THREADS=", most)});
    EXPECT_EQ(gateway.AwaitEnd(), 1);
    EXPECT_EQ(gateway.StandardError(),
              absl::StrCat("kyc-gateway: cannot start: only ", most,
                           " of 32 threads could be made: Resource temporarily unavailable (the "
                           "limit of this user's or this container's processes)\n"));
  }
}

TEST_F(EndingTest, TooFewOpenFilesAreNamedInOneLine) {
  Configure({});
  const ChildProcess gateway("tests/start/few_files.sh", Command());
  EXPECT_EQ(gateway.AwaitEnd(), 1);
  EXPECT_EQ(gateway.StandardError(),
            "kyc-gateway: cannot start: the hard limit of open files is 24; it needs 64 to begin "
            "with, and one for each connection\n");
}

// Nothing is left to open when it is told to end.
TEST_F(EndingTest, GatewayWithoutAFreeFileDrains) {
  const uint16_t webhook = FreePort();
  Configure({{"webhook {\n  listen: \"127.0.0.1:0\"",
              absl::StrCat("webhook {\n  listen: \"127.0.0.1:", webhook, "\"")}});
  std::vector<std::string> command = Command();
  command.push_back("--allow-core-dumps");  // Else nobody but root may count its files.
  const ChildProcess gateway("tests/start/few_files.sh", command, {"MOST_FILES=64"});
  ASSERT_TRUE(gateway.AwaitError(" serving\n"));
  std::vector<std::unique_ptr<WebhookConnection>> connections;
  for (int i = 0; i < 100; ++i) {
    connections.push_back(std::make_unique<WebhookConnection>(webhook));
  }
  while (gateway.OpenFiles() < 64) std::this_thread::yield();
  EXPECT_EQ(gateway.Stop(), 0) << gateway.StandardError();
}

TEST_F(EndingTest, CommandLineIsHelpedWithAndItsFaultsAreTwo) {
  const struct {
    std::vector<std::string> arguments;
    int status;
    const char* output;
    const char* error;
  } kCases[] = {
      {{"--help"}, 0, "--allow-core-dumps", ""},
      {{"--version"}, 0, "kyc-gateway 0.", ""},
      {{"--config", files_.config_path(), "--help"}, 0, "Exit status:", ""},
      {{"--no-such-flag"}, 2, "", "kyc-gateway: unknown flag --no-such-flag; see --help\n"},
      {{"--config"}, 2, "", "kyc-gateway: --config needs a FILE; see --help\n"},
      {{files_.config_path()}, 2, "", "kyc-gateway: argument 1 is no flag; see --help\n"},
      {{}, 2, "", "kyc-gateway: say which configuration: --config FILE; see --help\n"},
  };
  for (const auto& [arguments, status, output, error] : kCases) {
    const ChildProcess gateway("server/kyc-gateway", arguments);
    EXPECT_EQ(gateway.AwaitEnd(), status);
    EXPECT_THAT(gateway.StandardOutput(), testing::HasSubstr(output));
    EXPECT_EQ(gateway.StandardError(), error);
  }
}

}  // namespace
}  // namespace kyc::tests
