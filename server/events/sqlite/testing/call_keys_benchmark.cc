// Very many calls' keys within their retention: how fast they are claimed and answered, what memory
// and disk they take, how long a look-up among them takes, and how they go.
//
// Usage: call_keys_benchmark FOLDER [KEYS]; of 10 million. Needs about 400 B of disk for each.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "server/events/clocks.h"
#include "server/events/sqlite/sqlite_log.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

constexpr int kWaiting = 4096;
constexpr int kLookUps = 10'000;
// Of those that are due, until which their removal is looked at.
constexpr uint64_t kRemoved = 200'000;
constexpr size_t kAnswerBytes = 200;

// Resident, of this process.
double MebibytesNow() {
  std::ifstream statm("/proc/self/statm");
  double all = 0, resident = 0;
  statm >> all >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

// As every digest: without a pattern.
CallKey KeyOf(uint64_t number) {
  std::mt19937_64 random(number);
  const auto digest = [&](size_t bytes) {
    std::string text;
    while (text.size() < bytes) {
      const uint64_t word = random();
      text.append(reinterpret_cast<const char*>(&word), sizeof word);
    }
    return text;
  };
  return {digest(16), digest(16), digest(16)};
}

// Keeps so many waiting for the writer.
class Waiting {
 public:
  void Begin() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ < kWaiting; });
    ++waiting_;
  }
  void End(bool ok) {
    const std::lock_guard<std::mutex> lock(mutex_);
    --waiting_;
    failed_ += ok ? 0 : 1;
    changed_.notify_all();
  }
  int64_t AllEnded() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ == 0; });
    return failed_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  int64_t failed_ = 0;
};

class Run {
 public:
  Run(const std::string& folder, uint64_t keys) : path_(folder + "/keys.db"), keys_(keys) {}

  bool All() {
    std::filesystem::remove_all(Folder());
    std::filesystem::create_directories(Folder());
    if (!Open()) return false;
    const bool filled = Fill();
    LookUp("of keys that are there", [this](uint64_t number) { return number % keys_; });
    LookUp("of new keys", [this](uint64_t number) { return keys_ + number; });
    Age();
    log_.reset();
    std::filesystem::remove_all(Folder());
    return filled;
  }

 private:
  bool Open() {
    SqliteLogOptions options = OptionsAt(path_, metrics_);
    options.writer.max_waiting = kWaiting;
    options.writer.trim_interval = absl::Seconds(10);
    options.writer.clock = [this] {
      ClockReading reading = ReadClocks();
      reading.since_boot += absl::Seconds(ahead_s_.load());
      return reading;
    };
    auto opened = SqliteLog::Open(std::move(options));
    if (!opened.ok()) std::printf("%s\n", opened.status().ToString().c_str());
    if (opened.ok()) log_ = *std::move(opened);
    return log_ != nullptr;
  }

  bool Fill() {
    Waiting waiting;
    absl::Time begin = absl::Now();
    for (uint64_t number = 0; number < keys_; ++number) {
      waiting.Begin();
      log_->Claim(KeyOf(number), absl::Seconds(90), [&, number](absl::StatusOr<KeyClaim> claim) {
        if (!claim.ok()) return waiting.End(false);
        Answer(number, waiting);
      });
      if ((number + 1) % std::max<uint64_t>(keys_ / 10, 1) != 0) continue;
      const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
      std::printf("%10llu keys: %.0f a second, %.0f MiB resident, %.0f MiB on disk\n",
                  static_cast<unsigned long long>(number + 1),
                  static_cast<double>(keys_ / 10) / seconds, MebibytesNow(), MebibytesOnDisk());
      std::fflush(stdout);
      begin = absl::Now();
    }
    const int64_t failed = waiting.AllEnded();
    if (failed > 0) std::printf("%lld FAILED\n", static_cast<long long>(failed));
    return failed == 0;
  }

  // On the writer's thread, for which it must not wait.
  void Answer(uint64_t number, Waiting& waiting) {
    log_->Settle(KeyOf(number), {KeyEnd::Kind::kAnswered, std::string(kAnswerBytes, 'a')},
                 [&waiting](const absl::Status& stored) { waiting.End(stored.ok()); });
  }

  // One at a time, each with a commit's wait.
  template <typename NumberOf>
  void LookUp(const char* what, const NumberOf& number_of) {
    std::mt19937_64 random(1);
    std::vector<double> took;
    for (int i = 0; i < kLookUps; ++i) took.push_back(Claim(number_of(random())));
    Print(what, std::move(took));
  }

  // Milliseconds.
  double Claim(uint64_t number) {
    CallKey key = KeyOf(number);
    std::promise<void> claimed;
    const absl::Time begin = absl::Now();
    log_->Claim(std::move(key), absl::Seconds(90),
                [&](const absl::StatusOr<KeyClaim>&) { claimed.set_value(); });
    claimed.get_future().wait();
    return absl::ToDoubleMilliseconds(absl::Now() - begin);
  }

  // All are due at once, and go step by step; calls go on meanwhile.
  void Age() {
    ahead_s_ = 25 * 3600;
    const absl::Time begin = absl::Now();
    std::vector<double> took;
    for (uint64_t number = 2 * keys_; number % 100 > 0 || SomeAreLeft(); ++number) {
      took.push_back(Claim(number));
    }
    std::printf("%llu removed in %.0f s, %.0f MiB resident\n",
                static_cast<unsigned long long>(std::min(keys_, kRemoved)),
                absl::ToDoubleSeconds(absl::Now() - begin), MebibytesNow());
    Print("of new keys meanwhile", std::move(took));
  }

  // Of the first ones. Looked at by a connection of its own.
  bool SomeAreLeft() const {
    absl::StatusOr<Database> database = Database::Open(path_, Database::Use::kRead);
    if (!database.ok()) return false;
    const auto oldest = database->QueryInteger("SELECT COALESCE(MIN(id), 0) FROM call_key");
    return oldest.ok() && *oldest > 0 && *oldest <= static_cast<int64_t>(std::min(keys_, kRemoved));
  }

  void Print(const char* what, std::vector<double> took) const {
    if (took.empty()) return;
    std::sort(took.begin(), took.end());
    std::printf("claims %s: %zu, p50 %.3f ms, p99 %.3f ms, longest %.1f ms\n", what, took.size(),
                took[took.size() / 2], took[took.size() * 99 / 100], took.back());
    std::fflush(stdout);
  }

  std::filesystem::path Folder() const { return std::filesystem::path(path_).parent_path(); }
  double MebibytesOnDisk() const {
    std::error_code error;
    return static_cast<double>(std::filesystem::file_size(path_, error)) / (1 << 20);
  }

  const std::string path_;
  const uint64_t keys_;
  std::atomic<int64_t> ahead_s_ = 0;
  FakeMetrics metrics_;
  std::unique_ptr<SqliteLog> log_;
};

}  // namespace
}  // namespace kyc::events

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(
        stderr,
        "usage: call_keys_benchmark FOLDER [KEYS]; makes FOLDER/call-keys and removes it\n");
    return 2;
  }
  const uint64_t keys = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 10'000'000;
  return kyc::events::Run(std::string(argv[1]) + "/call-keys", keys).All() ? 0 : 1;
}
