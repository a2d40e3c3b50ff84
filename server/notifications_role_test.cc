#include "server/notifications_role.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/call/steady_now.h"
#include "server/call/testing/fake_metrics.h"
#include "server/http/testing/raw_client.h"

namespace kyc {
namespace {

constexpr absl::Duration kLong = absl::Minutes(5);

// Keeps a body when the test says so.
class HeldQuarantine : public events::Quarantine {
 public:
  using Answer = absl::AnyInvocable<void(absl::Status) &&>;

  void Keep(events::BodyToKeep, Answer done) override {
    const std::lock_guard lock(mutex_);
    held_ = std::move(done);
    came_.notify_all();
  }
  absl::StatusOr<std::vector<events::QuarantinedBody>> ListQuarantined(
      int64_t, int, absl::optional<events::QuarantinedKind>) const override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<events::QuarantinedBody> GetQuarantined(int64_t) const override {
    return absl::UnimplementedError("");
  }
  void MarkRedriven(int64_t, events::Redriven, Answer) override {}
  void Discard(int64_t, Answer) override {}
  double used_ratio() const override { return 0; }

  // Waits for a body.
  Answer Take() {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [this] { return held_ != nullptr; });
    return std::exchange(held_, nullptr);
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  Answer held_;
};

class NotificationsRoleTest : public testing::Test {
 protected:
  NotificationsRoleTest() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    config::EventLog log;
    log.sqlite_path = folder_ + "/events.db";
    log.sealing_keys.push_back({1, Secret(std::string(32, 's'))});
    log.lookup_key = Secret(std::string(32, 'l'));
    settings_.event_log = log;
    settings_.webhook.emplace();
    settings_.webhook->listener.address = "127.0.0.1:0";
    settings_.webhook->accounts.push_back({"main", {Secret("token")}});
    const auto ignore = [](absl::string_view) {};
    auto opened = OpenEventLog(settings_, metrics_, ignore, ignore);
    EXPECT_TRUE(opened.ok()) << opened.status();
    event_log_ = *std::move(opened);
    event_log_.quarantine = &quarantine_;
    auto made =
        NotificationsRole::Make(*settings_.webhook, event_log_, metrics_, nullptr, nullptr, log_);
    EXPECT_TRUE(made.ok()) << made.status();
    role_ = *std::move(made);
    role_->Serve();
  }

  static std::string Head(absl::string_view body) {
    return absl::StrCat("POST ", netzme::kNotifyPath,
                        " HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                        "x-callback-token: token\r\nContent-Length: ",
                        body.size(), "\r\n\r\n");
  }

  const std::string folder_ = absl::StrCat(testing::TempDir(), "/notifications_role_", getpid());
  FakeMetrics metrics_;
  std::ostringstream said_;
  std::shared_ptr<spdlog::logger> log_ = std::make_shared<spdlog::logger>(
      "log", std::make_shared<spdlog::sinks::ostream_sink_mt>(said_));
  config::Settings settings_;
  HeldQuarantine quarantine_;
  OpenedLog event_log_;
  std::unique_ptr<NotificationsRole> role_;
};

TEST_F(NotificationsRoleTest, DrainWaitsForTheLastAnswer) {
  http::RawClient client(role_->port());
  client.Send(Head("{}") + "{}");
  auto keep = quarantine_.Take();
  role_->BeginDrain();
  std::thread drain([this] { EXPECT_TRUE(role_->EndDrain(SteadyNow() + kLong)); });
  std::move(keep)(absl::OkStatus());
  EXPECT_EQ(http::StatusOf(client.ReadResponse()), 400);
  drain.join();
  EXPECT_THAT(said_.str(), testing::HasSubstr("4000002"));
}

TEST_F(NotificationsRoleTest, AnswerThatIsNotGivenIsNotClaimed) {
  http::RawClient client(role_->port());
  client.Send(Head("{}") + "{}");
  auto keep = quarantine_.Take();
  role_->BeginDrain();
  EXPECT_FALSE(role_->EndDrain(SteadyNow()));
  std::move(keep)(absl::OkStatus());
  EXPECT_EQ(client.ReadAll(), "");
  EXPECT_EQ(said_.str(), "");
}

}  // namespace
}  // namespace kyc
