// What of an erased event is left in the files.
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/events/sqlite/sqlite.h"
#include "server/events/sqlite/sqlite_log.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

// Bytes by which an event's row is known in the file, and nothing else is.
std::vector<std::string> BytesOf(const std::string& path, int64_t sequence) {
  Database database = Database::Open(path, Database::Use::kRead).value();
  Statement query = database
                        .Prepare(
                            "SELECT reference_digest, cust_id_digest, "
                            "substr(sealed_fields, 20, 24), substr(sealed_raw_body, 20, 24), "
                            "substr(sealed_raw_body, -24) FROM event WHERE sequence = ?")
                        .value();
  EXPECT_TRUE(query.Bind(sequence).Step().value());
  std::vector<std::string> bytes;
  for (int column = 0; column < 5; ++column) bytes.emplace_back(query.Bytes(column));
  return bytes;
}

bool AnyIn(const std::string& file, const std::vector<std::string>& bytes) {
  const std::string content = Contents(file);
  for (const std::string& each : bytes) {
    if (absl::StrContains(content, each)) return true;
  }
  return false;
}

TEST(SqliteLogPersonal, NothingOfErasedEventsIsLeftInTheFiles) {
  constexpr int kEvents = 3'000;
  constexpr int kEachErased = 100;
  const std::string path = NewPath();
  CountingMetrics metrics;
  auto log = SqliteLog::Open(OptionsAt(path, metrics)).value();
  std::vector<Pending> pending;
  for (int i = 1; i <= kEvents; ++i) {
    auto event = Notification(absl::StrCat("R", i), "approved", absl::StrCat("C", i));
    event.set_raw_body(std::string(static_cast<size_t>(i % 7 == 0 ? 9'000 : 300), 'x'));
    pending.push_back(StartAppend(*log, std::move(event)));
  }
  for (Pending& each : pending) ASSERT_TRUE(each.get().ok());

  std::vector<std::string> gone;
  for (int i = kEachErased; i <= kEvents; i += kEachErased) {
    for (std::string& bytes : BytesOf(path, i)) gone.push_back(std::move(bytes));
  }
  ASSERT_TRUE(AnyIn(path, gone) || AnyIn(path + "-wal", gone));
  for (int i = kEachErased; i <= kEvents; i += kEachErased) {
    std::promise<absl::Status> erased;
    log->Act({PersonalAct::Kind::kErase, {.reference = absl::StrCat("R", i)}, "officer"},
             [&erased](auto acted) { erased.set_value(acted.status()); });
    ASSERT_EQ(erased.get_future().get(), absl::OkStatus());
  }
  // The write-ahead log is emptied between commits; a read may hold that up.
  do {
    Append(*log, "later", "approved");
  } while (AnyIn(path + "-wal", gone));
  EXPECT_FALSE(AnyIn(path, gone));
}

}  // namespace
}  // namespace kyc::events
