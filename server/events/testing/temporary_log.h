// A real log of the engine that the test is linked with.
#ifndef SERVER_EVENTS_TESTING_TEMPORARY_LOG_H_
#define SERVER_EVENTS_TESTING_TEMPORARY_LOG_H_

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/call/testing/fake_metrics.h"
#include "server/events/event_log.h"
#include "server/events/testing/engine.h"

namespace kyc::events {

class TemporaryLog {
 public:
  explicit TemporaryLog(int64_t retention_count = 1'000'000,
                        absl::Duration trim_notice = absl::ZeroDuration()) {
    EngineOptions options;
    options.retention.count = retention_count;
    options.trim_notice = trim_notice;
    options.trim_interval = absl::Milliseconds(1);
    options.clocks = [this] {
      ++clock_reads_;
      return RightClocksAt(absl::FromUnixSeconds(now_s_));
    };
    options.before_commit = [this] { BeforeCommit(); };
    absl::StatusOr<OpenedEngine> opened = engine_->Open(options, metrics_);
    EXPECT_TRUE(opened.ok()) << opened.status();
    log_ = std::move(opened->log);
    quarantine_ = opened->quarantine;
    audit_ = opened->audit;
    usage_ = opened->usage;
  }

  EventLog& log() { return *log_; }
  Quarantine& quarantine() { return *quarantine_; }
  Audit& audit() { return *audit_; }
  Usage& usage() { return *usage_; }
  Engine& engine() { return *engine_; }
  // Moves the log's clock once the log has seen what is due by now: it reads the clock first.
  void Advance(int seconds) {
    const int64_t before = clock_reads_;
    while (clock_reads_ < before + 2) std::this_thread::yield();
    now_s_ += seconds;
  }

  // From now on, until LetCommit, what is written waits.
  void HoldCommits() {
    const std::lock_guard lock(mutex_);
    commits_held_ = true;
  }
  void LetCommit() {
    const std::lock_guard lock(mutex_);
    commits_held_ = false;
    commits_let_.notify_all();
  }

  // Appends what is no repeat, and waits until it is committed. Returns the sequence.
  int64_t Append(::netzme::v1::UpgradeEvent event) { return Wait(Start(std::move(event))); }

  // The first event in a commit of its own, all others in one more, once `between` returns.
  std::vector<int64_t> AppendTogether(
      std::vector<::netzme::v1::UpgradeEvent> events, std::function<void()> between = [] {}) {
    std::promise<void> arrived, rest_waits;
    arrived_ = &arrived;
    rest_waits_ = rest_waits.get_future();
    between_ = std::move(between);
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

  // On the writer's thread. All members are set while it waits for a first event.
  void BeforeCommit() {
    {
      std::unique_lock lock(mutex_);
      commits_let_.wait(lock, [this] { return !commits_held_; });
    }
    std::promise<void>* const arrived = std::exchange(arrived_, nullptr);
    if (arrived == nullptr) {
      if (const auto between = std::exchange(between_, nullptr)) between();
      return;
    }
    arrived->set_value();
    rest_waits_.wait();
  }

  std::mutex mutex_;
  std::condition_variable commits_let_;
  bool commits_held_ = false;  // Guarded by mutex_.
  FakeMetrics metrics_;
  const std::unique_ptr<Engine> engine_ = NewEngine();
  std::atomic<int64_t> clock_reads_ = 0;
  std::atomic<int64_t> now_s_ = 1'700'000'000;
  std::promise<void>* arrived_ = nullptr;
  std::future<void> rest_waits_;
  std::function<void()> between_;
  std::unique_ptr<EventLog> log_;
  Quarantine* quarantine_ = nullptr;  // The log's.
  Audit* audit_ = nullptr;            // Likewise.
  Usage* usage_ = nullptr;            // And this, too.
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_TESTING_TEMPORARY_LOG_H_
