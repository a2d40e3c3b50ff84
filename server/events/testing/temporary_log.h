// A real log in the test's own folder.
#ifndef SERVER_EVENTS_TESTING_TEMPORARY_LOG_H_
#define SERVER_EVENTS_TESTING_TEMPORARY_LOG_H_

#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/call/fake_metrics.h"
#include "server/events/sqlite/sqlite_log.h"

namespace kyc::events {

class TemporaryLog {
 public:
  explicit TemporaryLog(int64_t retention_count = 1'000'000,
                        absl::Duration trim_notice = absl::ZeroDuration()) {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    SqliteLogOptions options;
    options.path = folder_ + "/events.db";
    options.sealing_keys = {{.id = 1, .key = Secret(std::string(32, 's'))}};
    options.lookup_key = Secret(std::string(32, 'l'));
    options.writer.metrics = &metrics_;
    options.writer.retention.count = retention_count;
    options.writer.trim_notice = trim_notice;
    options.writer.trim_interval = absl::Milliseconds(1);
    options.writer.clock = [this] {
      ++clock_reads_;
      return RightClocksAt(absl::FromUnixSeconds(now_s_));
    };
    options.writer.before_commit = [this] { BeforeCommit(); };
    auto log = SqliteLog::Open(std::move(options));
    EXPECT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
  }
  ~TemporaryLog() {
    log_.reset();
    std::filesystem::remove_all(folder_);
  }

  EventLog& log() { return *log_; }
  Quarantine& quarantine() { return *log_; }
  // Moves the log's clock once the log has seen what is due by now: it reads the clock first.
  void Advance(int seconds) {
    const int64_t before = clock_reads_;
    while (clock_reads_ < before + 2) std::this_thread::yield();
    now_s_ += seconds;
  }

  // Appends what is no repeat, and waits until it is committed. Returns the sequence.
  int64_t Append(::netzme::v1::UpgradeEvent event) { return Wait(Start(std::move(event))); }

  // The first event in a commit of its own, all others in one more.
  std::vector<int64_t> AppendTogether(std::vector<::netzme::v1::UpgradeEvent> events) {
    std::promise<void> arrived, rest_waits;
    arrived_ = &arrived;
    rest_waits_ = rest_waits.get_future();
    std::vector<Pending> pending;
    for (auto& event : events) {
      pending.push_back(Start(std::move(event)));
      if (pending.size() == 1) arrived.get_future().wait();
    }
    rest_waits.set_value();
    std::vector<int64_t> sequences;
    for (Pending& each : pending) sequences.push_back(Wait(std::move(each)));
    return sequences;
  }

 private:
  using Pending = std::future<absl::StatusOr<Appended>>;

  Pending Start(::netzme::v1::UpgradeEvent event) {
    std::promise<absl::StatusOr<Appended>> promise;
    Pending pending = promise.get_future();
    log_->Append(std::move(event), [promise = std::move(promise)](auto appended) mutable {
      promise.set_value(std::move(appended));
    });
    return pending;
  }

  static int64_t Wait(Pending pending) {
    const absl::StatusOr<Appended> appended = pending.get();
    EXPECT_TRUE(appended.ok()) << appended.status();
    if (!appended.ok()) return -1;
    EXPECT_FALSE(appended->repeat);
    return appended->sequence;
  }

  // On the writer's thread. Both members are set while it waits for a first event.
  void BeforeCommit() {
    std::promise<void>* const arrived = std::exchange(arrived_, nullptr);
    if (arrived == nullptr) return;
    arrived->set_value();
    rest_waits_.wait();
  }

  std::string folder_ = testing::TempDir() + "/log_XXXXXX";
  FakeMetrics metrics_;
  std::atomic<int64_t> clock_reads_ = 0;
  std::atomic<int64_t> now_s_ = 1'700'000'000;
  std::promise<void>* arrived_ = nullptr;
  std::future<void> rest_waits_;
  std::unique_ptr<SqliteLog> log_;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_TESTING_TEMPORARY_LOG_H_
