// The event log's file under the real gateway: copied, moved, removed, opened twice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/support/child_process.h"
#include "tests/support/follower.h"
#include "tests/support/gateway.h"
#include "tests/support/gateway_files.h"
#include "tests/support/http.h"
#include "tests/support/webhook_sender.h"

namespace kyc::tests {
namespace {

using testing::HasSubstr;

namespace fs = std::filesystem;

class LogFileTest : public testing::Test {
 protected:
  LogFileTest() {
    files_.Configure(
        {.callers = R"(callers { name: "local" loopback: true allow_full_view: true })"});
    for (int i = 0; i < 4; ++i) senders_.emplace_back(i);
  }
  std::string Log(const char* suffix = "") const {
    return absl::StrCat(files_.path("events.db"), suffix);
  }
  // The exit status of a gateway that makes this backup.
  int BackUp(const std::string& to) {
    const ChildProcess process("server/kyc-gateway",
                               {"--config", files_.config_path(), "--backup", to});
    const int status = process.AwaitEnd().value_or(-1);
    EXPECT_EQ(process.StandardError(), "") << to;
    return status;
  }
  bool Becomes(const Gateway& gateway, int status) {
    const absl::Time latest = absl::Now() + kPatience;
    while (absl::Now() < latest) {
      if (Get(gateway.admin_port(), "/readyz").status == status) return true;
    }
    return false;
  }

  GatewayFiles files_;
  std::vector<Sender> senders_;
};

TEST_F(LogFileTest, BackupsUnderLoadGoOnOrAreRefused) {
  std::vector<std::string> copies;
  std::string cursor;
  {
    const Gateway gateway(files_);
    std::atomic<bool> ends = false;
    std::vector<std::thread> threads;
    for (Sender& sender : senders_) {
      threads.emplace_back([&] {
        WebhookConnection connection(gateway.webhook_port());
        while (!ends) ASSERT_EQ(sender.Post(connection), 200);
      });
    }
    for (int i = 0; i < 5; ++i) {
      copies.push_back(files_.path(absl::StrCat("copy-", i, ".db")));
      EXPECT_EQ(BackUp(copies.back()), 0);
    }
    ends = true;
    for (std::thread& thread : threads) thread.join();
    Follower whole;
    whole.CatchUp(gateway.grpc_port());
    ExpectWholeLog(whole.seen(), senders_);
    cursor = whole.cursor();
    EXPECT_EQ(gateway.process().Stop(), 0);
  }
  size_t before = 0;
  for (const std::string& copy : copies) {
    for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(Log(suffix));
    fs::rename(copy, Log());
    const Gateway gateway(files_);
    Follower restored;
    restored.CatchUp(gateway.grpc_port());
    ExpectRevisions(restored.seen());
    EXPECT_GE(restored.seen().size(), before);
    before = restored.seen().size();
    EXPECT_EQ(restored.seen().back().sequence(), static_cast<int64_t>(before)) << "no gap";
    EXPECT_EQ(WebhookConnection(gateway.webhook_port()).Post(Notice{"after", 1}.Body()), 200);
  }
  EXPECT_GT(before, 0u);
}

TEST_F(LogFileTest, NothingIsAcknowledgedOnceTheFileIsRemoved) {
  const Gateway gateway(files_);
  WebhookConnection connection(gateway.webhook_port());
  ASSERT_EQ(senders_[0].Post(connection), 200);
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(Log(suffix));
  EXPECT_EQ(senders_[0].Post(connection), 500);
  EXPECT_EQ(Get(gateway.admin_port(), "/readyz").status, 503);
  EXPECT_EQ(gateway.Metric("kyc_event_log_writable "), 0);
  EXPECT_EQ(senders_[0].Post(connection), 500);
  EXPECT_TRUE(gateway.process().AwaitError("was moved or removed"));
}

TEST_F(LogFileTest, NothingIsAcknowledgedOnceTheFileIsCutShort) {
  { const Gateway gateway(files_); }
  const Gateway gateway(files_);
  WebhookConnection connection(gateway.webhook_port());
  fs::resize_file(Log(), 4096);
  EXPECT_EQ(senders_[0].Post(connection), 500);
  EXPECT_EQ(Get(gateway.admin_port(), "/readyz").status, 503);
  EXPECT_EQ(senders_[0].Post(connection), 500);
  EXPECT_EQ(gateway.Metric("kyc_event_log_damaged "), 1);
  EXPECT_TRUE(gateway.process().AwaitError("is damaged"));
}

TEST_F(LogFileTest, MovedAwayAndBackItLosesAndRepeatsNothing) {
  const Gateway gateway(files_);
  WebhookConnection connection(gateway.webhook_port());
  for (const char* suffix : {"", "-wal", "-shm"}) {
    ASSERT_EQ(senders_[0].Post(connection), 200);
    fs::rename(Log(suffix), Log("-elsewhere"));
    EXPECT_EQ(senders_[0].Post(connection), 500) << suffix;
    EXPECT_TRUE(Becomes(gateway, 503));
    fs::rename(Log("-elsewhere"), Log(suffix));
    EXPECT_TRUE(Becomes(gateway, 200)) << suffix;
  }
  ASSERT_EQ(senders_[0].Post(connection), 200);
  Follower whole;
  whole.CatchUp(gateway.grpc_port());
  ExpectWholeLog(whole.seen(), senders_);
}

TEST_F(LogFileTest, AnotherGatewayIsRefusedWhateverLinkLeadsThere) {
  const Gateway gateway(files_);
  fs::create_symlink(Log(), files_.path("symbolic.db"));
  fs::create_hard_link(Log(), files_.path("hard.db"));
  for (const char* name : {"events.db", "symbolic.db", "hard.db"}) {
    GatewayFiles others;
    std::string text = ConfigText({});
    text.replace(text.find("path: \"events.db\""), 17,
                 absl::StrCat("path: \"", files_.path(name), "\""));
    others.ConfigureText(text);
    const ChildProcess second("server/kyc-gateway", {"--config", others.config_path()});
    EXPECT_EQ(second.AwaitEnd(), 1) << name;
    EXPECT_THAT(second.StandardError(), HasSubstr("in use by another gateway")) << name;
  }
}

}  // namespace
}  // namespace kyc::tests
