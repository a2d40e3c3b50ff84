// How many appends a second a primary with two standbys on this machine takes, how long each waits,
// and what CPU it costs whom.
//
// Usage: append_benchmark [SECONDS [WAITING...]]; of 1 waiting, 64 and 256
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

  void Run(absl::Duration duration) {
    const absl::Time end = absl::Now() + duration;
    while (absl::Now() < end) {
      {
        std::unique_lock<std::mutex> lock(mutex_);
        changed_.wait(lock, [this] { return waiting_ < most_; });
        ++waiting_;
      }
      const auto answered = [this, begin = absl::Now()](const absl::StatusOr<Appended>& appended) {
        const std::lock_guard<std::mutex> lock(mutex_);
        --waiting_;
        if (appended.ok()) took_.push_back(absl::Now() - begin);
        if (!appended.ok()) ++failed_;
        changed_.notify_one();
      };
      log_.Append(NewReference(), answered);
    }
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ == 0; });
    std::sort(took_.begin(), took_.end());
  }
  // After Run.
  size_t appended() const { return took_.size(); }
  size_t failed() const { return failed_; }
  double Milliseconds(double part) const {
    if (took_.empty()) return 0;
    const auto at = static_cast<size_t>(part * static_cast<double>(took_.size()));
    return absl::ToDoubleMilliseconds(took_[std::min(at, took_.size() - 1)]);
  }

 private:
  EventLog& log_;
  const int most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  size_t failed_ = 0;
  std::vector<absl::Duration> took_;
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
  Load load(*log, waiting);
  load.Run(duration);
  const double ours = CpuSeconds() - ours_before;
  const double theirs = servers.CpuSeconds() - servers_before;
  const double count = std::max<double>(1, static_cast<double>(load.appended()));
  std::printf(
      "%d waiting: %.0f appends/s (%zu failed), p50 %.2f ms, p99 %.2f ms; CPU %.1f us in the "
      "gateway, %.1f us in all servers; %.0f a commit\n",
      waiting, count / absl::ToDoubleSeconds(duration), load.failed(), load.Milliseconds(0.5),
      load.Milliseconds(0.99), ours / count * 1e6, theirs / count * 1e6,
      count / static_cast<double>(std::max<int64_t>(1, metrics.commits)));
}

}  // namespace
}  // namespace kyc::events::postgres

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const absl::Duration duration = absl::Seconds(argc > 1 ? std::atoi(argv[1]) : 5);
  std::vector<int> waiting = {1, 64, 256};
  if (argc > 2) waiting.clear();
  for (int at = 2; at < argc; ++at) waiting.push_back(std::atoi(argv[at]));
  for (const int each : waiting) kyc::events::postgres::Measure(each, duration);
}
