// Appends to an event log until it is killed, from several threads; writes a line for each event
// that the log acknowledged, `LABEL SEQUENCE`, LABEL being the event's status as sent.
//   appender LOG_FILE NAME
#include <unistd.h>

#include <atomic>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/events/sqlite/sqlite_log.h"
#include "server/events/testing/log_testing.h"

namespace {

using ::kyc::events::Appended;
using ::kyc::events::SqliteLog;

constexpr int kThreads = 4;
constexpr int kInFlight = 4;  // Of each thread.
// So large that a few hundred events fill the write-ahead log and are moved into the file.
constexpr size_t kBodyBytes = 40'000;
constexpr int kReferences = 7;

// Shorter than PIPE_BUF, so a line is written whole or not at all.
void Acknowledge(const std::string& label, const absl::StatusOr<Appended>& appended) {
  if (!appended.ok() || appended->repeat) _exit(2);
  const std::string line = absl::StrCat(label, " ", appended->sequence, "\n");
  if (write(STDOUT_FILENO, line.data(), line.size()) < 0) _exit(3);
}

[[noreturn]] void AppendForever(SqliteLog& log, const std::string& name) {
  static std::atomic<int> next = 0;
  std::counting_semaphore<> free(kInFlight);
  for (;;) {
    free.acquire();
    const int number = next++;
    const std::string label = absl::StrCat(name, "-", number);
    auto event = kyc::events::Notification(absl::StrCat("R", number % kReferences), label);
    event.set_raw_body(std::string(kBodyBytes, 'x'));
    log.Append(std::move(event), [label, &free](absl::StatusOr<Appended> appended) {
      Acknowledge(label, appended);
      free.release();
    });
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 4;
  kyc::events::CountingMetrics metrics;
  auto log = SqliteLog::Open(kyc::events::OptionsAt(argv[1], metrics));
  if (!log.ok()) return 1;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&log, argv] { AppendForever(**log, argv[2]); });
  }
  for (std::thread& thread : threads) thread.join();
}
