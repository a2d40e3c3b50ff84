// How many appends a second a primary with two standbys on this machine takes, what a lone one
// waits for, and what CPU an append costs whom.
//
// Usage: append_benchmark [SECONDS]
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/call/fake_metrics.h"
#include "server/events/postgres/postgres_log.h"
#include "server/events/postgres/testing/postgres_servers.h"
#include "server/events/postgres/testing/postgres_testing.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events::postgres {
namespace {

constexpr size_t kBodyBytes = 400;

// Of this process.
double CpuSeconds() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

::netzme::v1::UpgradeEvent NewReference() {
  static int64_t reference = 0;
  auto notification = Notification(absl::StrCat("order-", ++reference), "approved", "customer");
  notification.set_raw_body(std::string(kBodyBytes, 'x'));
  return notification;
}

// Keeps so many appends of new references waiting until the time is over.
class Load {
 public:
  Load(EventLog& log, int waiting) : log_(log), most_(waiting) {}

  // Appends, and those that failed.
  std::pair<int64_t, int64_t> Run(absl::Duration duration) {
    const absl::Time end = absl::Now() + duration;
    while (absl::Now() < end) {
      {
        std::unique_lock<std::mutex> lock(mutex_);
        changed_.wait(lock, [this] { return waiting_ < most_; });
        ++waiting_;
      }
      log_.Append(NewReference(), [this](const absl::StatusOr<Appended>& appended) {
        const std::lock_guard<std::mutex> lock(mutex_);
        --waiting_;
        ++(appended.ok() ? appended_ : failed_);
        changed_.notify_one();
      });
    }
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ == 0; });
    return {appended_, failed_};
  }

 private:
  EventLog& log_;
  const int most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  int64_t appended_ = 0;
  int64_t failed_ = 0;
};

void Measure(int waiting, absl::Duration duration) {
  CountingMetrics metrics;
  PostgresServers servers(2);
  PostgresLogOptions options = OptionsOver(servers, metrics);
  options.follows = false;
  const auto log = OpenLog(std::move(options));
  if (log == nullptr) std::exit(1);
  const double ours_before = CpuSeconds();
  const double servers_before = servers.CpuSeconds();
  const std::pair<int64_t, int64_t> appends = Load(*log, waiting).Run(duration);
  const double ours = CpuSeconds() - ours_before;
  const double theirs = servers.CpuSeconds() - servers_before;
  const auto count = static_cast<double>(std::max<int64_t>(1, appends.first));
  std::printf(
      "%d waiting: %.0f appends/s (%ld failed), %.0f a commit; CPU %.0f us in the gateway, %.0f us "
      "in all servers\n",
      waiting, count / absl::ToDoubleSeconds(duration), appends.second,
      count / static_cast<double>(std::max<int64_t>(1, metrics.commits)), ours / count * 1e6,
      theirs / count * 1e6);
}

// One after the other, from its start to its proven commit.
void MeasureLone(absl::Duration duration) {
  FakeMetrics metrics;
  PostgresServers servers(2);
  const auto log = OpenLog(OptionsOver(servers, metrics));
  if (log == nullptr) std::exit(1);
  std::vector<absl::Duration> took;
  for (const absl::Time end = absl::Now() + duration; absl::Now() < end;) {
    const absl::Time begin = absl::Now();
    if (!TryAppend(*log, NewReference()).ok()) std::exit(1);
    took.push_back(absl::Now() - begin);
  }
  std::sort(took.begin(), took.end());
  std::printf("alone: p50 %.1f ms, p99 %.1f ms\n",
              absl::ToDoubleMilliseconds(took[took.size() / 2]),
              absl::ToDoubleMilliseconds(took[took.size() * 99 / 100]));
}

}  // namespace
}  // namespace kyc::events::postgres

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const absl::Duration duration = absl::Seconds(argc > 1 ? std::atoi(argv[1]) : 5);
  kyc::events::postgres::MeasureLone(duration);
  for (const int waiting : {64, 256}) kyc::events::postgres::Measure(waiting, duration);
}
