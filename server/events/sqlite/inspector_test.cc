#include "server/events/sqlite/inspector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/events/sqlite/sqlite.h"
#include "server/events/sqlite/sqlite_log.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

using ::testing::HasSubstr;

// A log that is looked through again and again.
class InspectorTest : public testing::Test {
 protected:
  InspectorTest() {
    SqliteLogOptions options = OptionsAt(path_, metrics_);
    options.inspector = {.pause = absl::ZeroDuration(), .between_rounds = absl::Milliseconds(1)};
    options.writer.log = [this](absl::string_view line) {
      const std::lock_guard<std::mutex> lock(mutex_);
      lines_.emplace_back(line);
    };
    log_ = SqliteLog::Open(std::move(options)).value();
    std::vector<Pending> pending;
    for (int i = 1; i <= 1000; ++i) {
      pending.push_back(StartAppend(*log_, Notification(absl::StrCat("R", i), "approved")));
    }
    for (Pending& each : pending) EXPECT_TRUE(each.get().ok());
  }
  void Tamper(const std::string& sql) {
    const absl::Status status =
        Database::Open(path_, Database::Use::kWrite).value().Execute(sql.c_str());
    ASSERT_TRUE(status.ok()) << status;
  }
  // The line that tells of damage.
  std::string AwaitDamage() {
    while (!log_->damaged()) std::this_thread::yield();
    for (;;) {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!lines_.empty()) return lines_.front();
    }
  }

  const std::string path_ = NewPath();
  CountingMetrics metrics_;
  std::mutex mutex_;
  std::vector<std::string> lines_;
  std::unique_ptr<SqliteLog> log_;
};

TEST_F(InspectorTest, MissingEventIsFound) {
  Tamper("DELETE FROM event WHERE sequence = 700");
  EXPECT_THAT(AwaitDamage(), HasSubstr("events 700 to 700 are missing"));
  EXPECT_TRUE(metrics_.damaged);
}

TEST_F(InspectorTest, AlteredTextIsFound) {
  Tamper("UPDATE event SET sealed_raw_body = sealed_fields WHERE sequence = 900");
  EXPECT_THAT(AwaitDamage(), HasSubstr("a sealed text was altered"));
}

TEST_F(InspectorTest, EventThatIsNotWhatWasWrittenIsFound) {
  Tamper("UPDATE event SET content_digest = zeroblob(16) WHERE sequence = 500");
  EXPECT_THAT(AwaitDamage(), HasSubstr("the chain is broken at event 500"));
}

TEST_F(InspectorTest, SoundLogIsLeftAlone) {
  LogFile file{{std::string(Database::Open(path_, Database::Use::kRead)
                                .value()
                                .QueryBytes("SELECT log_id FROM log")
                                .value()),
                LogKeys(KeyNamed("lookup")),
                crypto::Sealer::Make({{.id = 1, .key = KeyNamed("sealing")}}).value()},
               path_};
  Database database = Database::Open(path_, Database::Use::kRead).value();
  Place place;
  for (const int64_t expected : {256, 512, 768, 1000, 1000}) {
    const auto next = InspectAfter(database, file, place);
    ASSERT_TRUE(next.ok()) << next.status();
    EXPECT_EQ(next->sequence, expected);
    place = *next;
  }
  EXPECT_FALSE(log_->damaged());
}

TEST_F(InspectorTest, WhatAReadFindsIsToldToo) {
  log_.reset();
  SqliteLogOptions options = OptionsAt(path_, metrics_);
  options.inspector.pause = absl::Hours(1);
  log_ = SqliteLog::Open(std::move(options)).value();
  Tamper("DELETE FROM event WHERE sequence = 998");
  EXPECT_FALSE(log_->damaged());
  EXPECT_FALSE(log_->List({.filter = {}, .limit = 10}).ok());
  EXPECT_TRUE(log_->damaged());
}

}  // namespace
}  // namespace kyc::events
