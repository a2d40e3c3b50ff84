// A power failure while events are appended: whatever was acknowledged is there, once and in order.
//
// kill -9 alone does not show it, for the page cache survives that. Here the appending process runs
// over a shadow of the log's folder (fsync_shadow.cc), and after the kill only the shadow is left.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/events/sqlite/sqlite_log.h"
#include "server/events/testing/log_testing.h"

namespace kyc::tests {
namespace {

namespace fs = std::filesystem;
using events::Event;
using events::SqliteLog;

constexpr int kRounds = 15;
// Enough for some rounds to move the write-ahead log into the file meanwhile.
constexpr int kMostAcknowledgements = 500;

std::string Runfile(const std::string& name) {
  return absl::StrCat(getenv("TEST_SRCDIR"), "/", getenv("TEST_WORKSPACE"), "/", name);
}

// What the log answered: the sequence it gave, by the event's label.
using Acknowledged = std::map<std::string, int64_t>;

class DurabilityTest : public testing::Test {
 protected:
  DurabilityTest() {
    fs::remove_all(root_);
    fs::create_directories(folder_);
  }

  // Lets the appender run until it has acknowledged `wanted` events, then fails the power.
  Acknowledged AppendUntilPowerFails(const std::string& name, size_t wanted) {
    fs::copy(folder_, shadow_);
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    const pid_t child = Start(name, ends[1]);
    close(ends[1]);
    Acknowledged acknowledged;
    FILE* lines = fdopen(ends[0], "r");
    char label[64];
    long long sequence = 0;
    while (std::fscanf(lines, "%63s %lld", label, &sequence) == 2) {
      acknowledged[label] = sequence;
      if (acknowledged.size() == wanted) kill(child, SIGKILL);
    }
    std::fclose(lines);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "it ended by itself";
    fs::remove_all(folder_);
    fs::rename(shadow_, folder_);
    return acknowledged;
  }

  std::string log_path() const { return folder_ / "events.db"; }

 private:
  pid_t Start(const std::string& name, int output) {
    std::vector<std::string> environment = {
        absl::StrCat("LD_PRELOAD=", Runfile("tests/faults/libfsync_shadow.so")),
        absl::StrCat("FSYNC_SHADOW_FOLDER=", folder_.string()),
        absl::StrCat("FSYNC_SHADOW_COPY=", shadow_.string()),
        absl::StrCat("TEST_TMPDIR=", root_.string()),
        // The sanitizer's own library need not come before the preloaded one.
        "ASAN_OPTIONS=verify_asan_link_order=0",
    };
    std::vector<std::string> arguments = {Runfile(KYC_APPENDER), log_path(), name};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    pid_t child = -1;
    EXPECT_EQ(posix_spawn(&child, arguments[0].c_str(), &actions, nullptr,
                          Pointers(arguments).data(), Pointers(environment).data()),
              0);
    posix_spawn_file_actions_destroy(&actions);
    return child;
  }

  static std::vector<char*> Pointers(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
  }

  const fs::path root_ = fs::canonical(testing::TempDir()) / "durability_test";
  const fs::path folder_ = root_ / "folder";
  const fs::path shadow_ = root_ / "shadow";
};

std::vector<Event> Everything(const SqliteLog& log) {
  std::vector<Event> all;
  events::Position after;
  for (;;) {
    const absl::StatusOr<events::Page> page = log.ReadAfter(after, 1000, {});
    if (!page.ok()) ADD_FAILURE() << page.status();
    if (!page.ok() || page->through == after) return all;
    all.insert(all.end(), page->events.begin(), page->events.end());
    after = page->through;
  }
}

// Every event has the next sequence and its reference's next revision.
void ExpectNoGap(const std::vector<Event>& all) {
  int64_t sequence = 0;
  std::map<std::string, int64_t> revisions;
  for (const Event& each : all) {
    const ::netzme::v1::UpgradeEvent& event = each.event;
    ASSERT_EQ(event.sequence(), ++sequence);
    ASSERT_EQ(event.revision(), ++revisions[event.original_reference_no()]) << sequence;
  }
}

// The hash chain goes through every event from `begin` on.
void ExpectGoodCursors(const SqliteLog& log, const std::vector<Event>& all, size_t begin) {
  for (size_t i = begin; i < all.size(); ++i) {
    const auto position = log.PositionFromText(log.CursorText(all[i].position));
    ASSERT_TRUE(position.ok()) << all[i].event.sequence() << ": " << position.status();
    ASSERT_EQ(*position, all[i].position);
  }
}

// Each acknowledged event is there once, at the place it was acknowledged with.
void ExpectKept(const Acknowledged& acknowledged, const std::vector<Event>& all) {
  std::multimap<std::string, int64_t> kept;
  for (const Event& each : all) kept.emplace(each.event.status_text(), each.event.sequence());
  for (const auto& [label, sequence] : acknowledged) {
    ASSERT_EQ(kept.count(label), 1u) << label << " was acknowledged";
    ASSERT_EQ(kept.find(label)->second, sequence) << label;
  }
}

TEST_F(DurabilityTest, PowerFailureTakesNothingThatWasAcknowledged) {
  std::mt19937 random(1);
  Acknowledged acknowledged;
  std::string last_cursor;
  size_t checked = 0;
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(absl::StrCat("round ", round));
    const size_t wanted = 1 + random() % kMostAcknowledgements;
    const Acknowledged added = AppendUntilPowerFails(absl::StrCat(round), wanted);
    ASSERT_GE(added.size(), wanted);
    acknowledged.insert(added.begin(), added.end());

    events::CountingMetrics metrics;
    const auto log = SqliteLog::Open(events::OptionsAt(log_path(), metrics));
    ASSERT_TRUE(log.ok()) << log.status();
    const std::vector<Event> all = Everything(**log);
    ASSERT_NO_FATAL_FAILURE(ExpectKept(acknowledged, all));
    ASSERT_NO_FATAL_FAILURE(ExpectNoGap(all));
    ASSERT_NO_FATAL_FAILURE(ExpectGoodCursors(**log, all, checked));
    // It is still the chain that was there before the failure.
    if (round > 0) {
      ASSERT_TRUE((*log)->PositionFromText(last_cursor).ok());
    }
    last_cursor = (*log)->CursorText(all.back().position);
    checked = all.size();
  }
}

}  // namespace
}  // namespace kyc::tests
