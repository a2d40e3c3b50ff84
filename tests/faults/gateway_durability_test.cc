// A power failure under the real gateway: whatever was answered 200 is there, once and in order,
// and so is whatever a stream has shown.
//
// As in durability_test.cc the gateway runs over a shadow of its log (fsync_shadow.cc). At random
// moments it is killed, and only the shadow is left.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/files.h"
#include "tests/support/follower.h"
#include "tests/support/gateway.h"
#include "tests/support/gateway_files.h"
#include "tests/support/webhook_sender.h"

namespace kyc::tests {
namespace {

namespace fs = std::filesystem;

constexpr int kPowerFailures = 20;
constexpr int kSenders = 12;
constexpr int kLongestLifeUs = 250'000;

class GatewayDurabilityTest : public testing::Test {
 protected:
  GatewayDurabilityTest() {
    files_.Configure(
        {.callers = R"(callers { name: "local" loopback: true allow_full_view: true })"});
    for (int i = 0; i < kSenders; ++i) senders_.emplace_back(i);
  }

  GatewayProgram OnForgetfulDisk() const {
    return {.path = KYC_GATEWAY,
            .environment = {
                absl::StrCat("LD_PRELOAD=", RunfilePath("tests/faults/libfsync_shadow.so")),
                absl::StrCat("FSYNC_SHADOW_FOLDER=", folder_.string()),
                absl::StrCat("FSYNC_SHADOW_COPY=", shadow_.string()),
                // The sanitizer's own library need not come before the preloaded one.
                "ASAN_OPTIONS=verify_asan_link_order=0",
            }};
  }

  void ServeUntilPowerFails() {
    CopyLog(folder_, shadow_);
    {
      const Gateway gateway(files_, OnForgetfulDisk());
      std::vector<std::thread> threads;
      for (Sender& sender : senders_) {
        threads.emplace_back([&sender, port = gateway.webhook_port()] {
          WebhookConnection connection(port);
          while (sender.Post(connection) == 200) {
          }
        });
      }
      threads.emplace_back([&] { EXPECT_FALSE(live_.FollowToTheEnd(gateway.grpc_port()).ok()); });
      // Not to wait for anything: the moment itself is what is random.
      std::this_thread::sleep_for(std::chrono::microseconds(random_() % kLongestLifeUs));
      EXPECT_EQ(gateway.process().Kill(), -SIGKILL);
      for (std::thread& thread : threads) thread.join();
    }
    CopyLog(shadow_, folder_);
  }

  // The log's files of `to` are those of `from`, afterwards.
  static void CopyLog(const fs::path& from, const fs::path& to) {
    fs::create_directories(to);
    const auto is_log = [](const fs::path& path) {
      return absl::StartsWith(path.filename().string(), "events.db") &&
             !absl::EndsWith(path.filename().string(), ".unfinished");
    };
    std::vector<fs::path> old;
    for (const auto& file : fs::directory_iterator(to)) {
      if (is_log(file.path())) old.push_back(file.path());
    }
    for (const fs::path& path : old) fs::remove(path);
    for (const auto& file : fs::directory_iterator(from)) {
      if (is_log(file.path())) fs::copy(file.path(), to / file.path().filename());
    }
  }

  GatewayFiles files_;
  const fs::path folder_ = fs::canonical(fs::path(files_.config_path()).parent_path());
  const fs::path shadow_ = MakeFolder("shadow");
  std::mt19937 random_{std::random_device()()};
  std::vector<Sender> senders_;
  Follower live_;
};

TEST_F(GatewayDurabilityTest, PowerFailureTakesNothingThatWasAnswered200) {
  for (int failure = 0; failure < kPowerFailures; ++failure) {
    ServeUntilPowerFails();
    ASSERT_FALSE(HasFailure()) << "at power failure " << failure;
  }
  const Gateway gateway(files_);
  Follower whole;
  whole.CatchUp(gateway.grpc_port());
  ExpectWholeLog(whole.seen(), senders_);
  EXPECT_GT(whole.seen().size(), size_t{kPowerFailures * kSenders}) << "it failed under load";
  live_.CatchUp(gateway.grpc_port());
  ExpectSame(live_.seen(), whole.seen());
}

}  // namespace
}  // namespace kyc::tests
