// How many appends a second a cluster of nats-servers on this machine takes, over one stream and
// over several that share the references among them, and what CPU an append costs whom.
//
// Usage: append_benchmark [NATS-SERVER [SECONDS [SETTINGS OF JETSTREAM]]]
#include <gtest/gtest.h>
#include <sys/resource.h>

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
#include "server/events/jetstream/jetstream_testing.h"
#include "server/events/jetstream/nats_servers.h"
#include "server/events/log_testing.h"

namespace kyc::events::jetstream {
namespace {

// So many appends wait at once, as those of as many connections.
constexpr int kWaiting = 256;
constexpr size_t kBodyBytes = 400;

double CpuSeconds(int whose) {
  rusage usage = {};
  getrusage(whose, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Keeps kWaiting appends of new references waiting until the time is over.
class Load {
 public:
  explicit Load(std::vector<std::unique_ptr<JetStreamLog>>& logs) : logs_(logs) {}

  // Appends, and those that failed.
  std::pair<int64_t, int64_t> Run(absl::Duration duration) {
    const absl::Time end = absl::Now() + duration;
    for (int64_t reference = 0; absl::Now() < end; ++reference) {
      {
        std::unique_lock<std::mutex> lock(mutex_);
        changed_.wait(lock, [this] { return waiting_ < kWaiting; });
        ++waiting_;
      }
      auto notification = Notification(absl::StrCat("order-", reference), "approved", "customer");
      notification.set_raw_body(std::string(kBodyBytes, 'x'));
      // In earnest: by the reference's hash.
      EventLog& log = *logs_[static_cast<size_t>(reference) % logs_.size()];
      log.Append(std::move(notification), [this](const absl::StatusOr<Appended>& appended) {
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
  std::vector<std::unique_ptr<JetStreamLog>>& logs_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  int64_t appended_ = 0;
  int64_t failed_ = 0;
};

// How fast a new gateway makes its read model.
void MeasureFollowing(const NatsServers& servers, int64_t events) {
  FakeMetrics metrics;
  JetStreamLogOptions options = OptionsOver(servers, metrics);
  options.stream.name = "KYC-0";
  options.stream.subject_prefix = "kyc.0";
  const double before = CpuSeconds(RUSAGE_SELF);
  const absl::Time begin = absl::Now();
  const auto log = OpenLog(std::move(options));
  AwaitSequence(*log, events);
  std::printf("a new gateway follows %.0f events/s, CPU %.0f us each\n",
              static_cast<double>(events) / absl::ToDoubleSeconds(absl::Now() - begin),
              (CpuSeconds(RUSAGE_SELF) - before) / static_cast<double>(events) * 1e6);
}

void Measure(const std::string& program, const std::string& settings, int nodes, int streams,
             absl::Duration duration) {
  const double servers_before = CpuSeconds(RUSAGE_CHILDREN);
  FakeMetrics metrics;
  double ours = 0;
  std::pair<int64_t, int64_t> appends;
  {
    NatsServers servers(program, nodes, "", settings);
    std::vector<std::unique_ptr<JetStreamLog>> logs;
    for (int i = 0; i < streams; ++i) {
      JetStreamLogOptions options = OptionsOver(servers, metrics);
      options.stream.name = absl::StrCat("KYC-", i);
      options.stream.subject_prefix = absl::StrCat("kyc.", i);
      options.follows = false;
      logs.push_back(OpenLog(std::move(options)));
      if (logs.back() == nullptr) std::exit(1);
    }
    const double before = CpuSeconds(RUSAGE_SELF);
    appends = Load(logs).Run(duration);
    ours = CpuSeconds(RUSAGE_SELF) - before;
    if (streams == 1) MeasureFollowing(servers, appends.first);
  }
  const auto count = static_cast<double>(appends.first);
  std::printf(
      "%d nodes, %d streams: %.0f appends/s (%ld failed); CPU %.0f us in the gateway, "
      "%.0f us in all nodes\n",
      nodes, streams, count / absl::ToDoubleSeconds(duration), appends.second, ours / count * 1e6,
      (CpuSeconds(RUSAGE_CHILDREN) - servers_before) / count * 1e6);
}

}  // namespace
}  // namespace kyc::events::jetstream

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const std::string program = argc > 1 ? argv[1] : kyc::events::jetstream::DebiansNatsServer();
  const absl::Duration duration = absl::Seconds(argc > 2 ? std::atoi(argv[2]) : 10);
  const std::string settings = argc > 3 ? argv[3] : "";
  for (const auto& [nodes, streams] : {std::pair(1, 1), {3, 1}, {3, 2}, {3, 4}}) {
    kyc::events::jetstream::Measure(program, settings, nodes, streams, duration);
  }
}
