// A process that is killed while it appends: what it acknowledged is there, once.
//
// The page cache survives a kill, so this shows that answers follow commits, not that commits are
// synced.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <semaphore>

#include "absl/strings/str_cat.h"
#include "server/events/sqlite/sqlite_log.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

constexpr int kRounds = 20;
constexpr int kInFlight = 32;

std::string ReferenceOf(int round, int number) { return absl::StrCat("R", round, "-", number); }

// The child: appends until it is killed; writes the number of each acknowledged append.
[[noreturn]] void AppendForever(const std::string& path, int round, int acknowledgements) {
  CountingMetrics metrics;
  absl::StatusOr<std::unique_ptr<SqliteLog>> log = SqliteLog::Open(OptionsAt(path, metrics));
  if (!log.ok()) _exit(1);
  std::counting_semaphore<> free(kInFlight);
  for (int number = 0;; ++number) {
    free.acquire();
    (*log)->Append(Notification(ReferenceOf(round, number), "approved"),
                   [number, acknowledgements, &free](absl::StatusOr<Appended> appended) {
                     if (!appended.ok()) _exit(2);
                     if (write(acknowledgements, &number, sizeof(number)) < 0) _exit(3);
                     free.release();
                   });
  }
}

// Lets a child append, kills it once it has acknowledged `wanted`; all it acknowledged.
std::vector<int> AppendAndKill(const std::string& path, int round, size_t wanted) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    AppendForever(path, round, ends[1]);
  }
  close(ends[1]);
  std::vector<int> acknowledged;
  int number = 0;
  while (read(ends[0], &number, sizeof(number)) == sizeof(number)) {
    acknowledged.push_back(number);
    if (acknowledged.size() == wanted) kill(child, SIGKILL);
  }
  close(ends[0]);
  int result = 0;
  waitpid(child, &result, 0);
  EXPECT_TRUE(WIFSIGNALED(result)) << "the child ended by itself: " << WEXITSTATUS(result);
  return acknowledged;
}

TEST(SqliteLogKillTest, EveryAcknowledgedEventIsThereExactlyOnce) {
  const std::string path = NewPath();
  for (int round = 0; round < kRounds; ++round) {
    const size_t wanted = 1 + static_cast<size_t>(round) * 7;
    const std::vector<int> acknowledged = AppendAndKill(path, round, wanted);
    ASSERT_GE(acknowledged.size(), wanted);

    CountingMetrics metrics;
    std::unique_ptr<SqliteLog> log = SqliteLog::Open(OptionsAt(path, metrics)).value();
    std::map<std::string, int> times;
    Position after;
    for (Page page = log->ReadAfter(after, 1000, {}).value(); page.through != after;
         page = log->ReadAfter(after, 1000, {}).value()) {
      for (const Event& event : page.events) ++times[event.event.original_reference_no()];
      after = page.through;
    }
    for (const int number : acknowledged) {
      EXPECT_EQ(times[ReferenceOf(round, number)], 1) << round << ", " << number;
    }
    EXPECT_TRUE(Append(*log, ReferenceOf(round, acknowledged.back()), "approved").repeat);
  }
}

}  // namespace
}  // namespace kyc::events
