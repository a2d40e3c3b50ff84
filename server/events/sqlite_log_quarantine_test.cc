// The quarantine in the log's file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/call/error.h"
#include "server/events/log_testing.h"
#include "server/events/sqlite_log.h"

namespace kyc::events {
namespace {

class SqliteLogQuarantineTest : public testing::Test {
 protected:
  void Reopen() {
    log_.reset();
    SqliteLogOptions options = OptionsAt(path_, metrics_);
    options.writer.quarantine = {.max_entries = 3, .max_bytes = 100};
    options.writer.clock = [] { return absl::FromUnixSeconds(1'700'000'000); };
    log_ = SqliteLog::Open(std::move(options)).value();
  }
  void SetUp() override { Reopen(); }

  std::vector<QuarantinedBody> List(int64_t after = 0, int limit = 10) {
    return log_->ListQuarantined(after, limit).value();
  }
  void ExpectFull(const absl::Status& status) {
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
    EXPECT_EQ(ReasonOf(status), "QUARANTINE_FULL");
  }

  const std::string path_ = NewPath();
  CountingMetrics metrics_;
  std::unique_ptr<SqliteLog> log_;
};

TEST_F(SqliteLogQuarantineTest, KeptBodyComesBackWithAllThatIsKnownOfIt) {
  ASSERT_TRUE(Keep(*log_, "{broken", "4000000 Bad Request").ok());
  Reopen();
  const std::vector<QuarantinedBody> entries = List();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].body, "") << "lists hold no bodies";
  const QuarantinedBody entry = log_->GetQuarantined(entries[0].id).value();
  EXPECT_EQ(entry.body, "{broken");
  EXPECT_EQ(entry.answer, "4000000 Bad Request");
  EXPECT_EQ(entry.account, "main");
  EXPECT_EQ(entry.size_bytes, 7);
  EXPECT_EQ(entry.times_received, 1);
  EXPECT_EQ(entry.received_time, absl::FromUnixSeconds(1'700'000'000));
  EXPECT_EQ(metrics_.quarantined, 1);
}

TEST_F(SqliteLogQuarantineTest, SameBodyIsKeptOnceAndCounted) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Keep(*log_, "{broken").ok());
  ASSERT_EQ(List().size(), 1u);
  EXPECT_EQ(List()[0].times_received, 3);
}

TEST_F(SqliteLogQuarantineTest, TooManyEntriesAreRefusedUntilOneGoes) {
  for (const char* body : {"a", "b", "c"}) ASSERT_TRUE(Keep(*log_, body).ok());
  ExpectFull(Keep(*log_, "d"));
  EXPECT_EQ(metrics_.quarantine_refused, 1);
  EXPECT_TRUE(Keep(*log_, "a").ok()) << "a known body needs no place";
  Reopen();
  ExpectFull(Keep(*log_, "d"));
  ASSERT_TRUE(Discard(*log_, List()[0].id).ok());
  EXPECT_TRUE(Keep(*log_, "d").ok());
}

TEST_F(SqliteLogQuarantineTest, TooManyBytesAreRefusedUntilSomeGo) {
  ASSERT_TRUE(Keep(*log_, std::string(60, 'a')).ok());
  ExpectFull(Keep(*log_, std::string(41, 'b')));
  EXPECT_TRUE(Keep(*log_, std::string(40, 'b')).ok());
  Reopen();
  ExpectFull(Keep(*log_, "c"));
  ASSERT_TRUE(Discard(*log_, List()[0].id).ok());
  EXPECT_TRUE(Keep(*log_, std::string(60, 'c')).ok());
}

TEST_F(SqliteLogQuarantineTest, ListGoesOnAfterAnId) {
  for (const char* body : {"a", "b", "c"}) ASSERT_TRUE(Keep(*log_, body).ok());
  const std::vector<QuarantinedBody> first = List(0, 2);
  ASSERT_EQ(first.size(), 2u);
  const std::vector<QuarantinedBody> rest = List(first[1].id, 2);
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(log_->GetQuarantined(rest[0].id)->body, "c");
}

TEST_F(SqliteLogQuarantineTest, DiscardedIdIsGoneAndNeverUsedAgain) {
  ASSERT_TRUE(Keep(*log_, "a").ok());
  const int64_t id = List()[0].id;
  ASSERT_TRUE(Discard(*log_, id).ok());
  EXPECT_EQ(ReasonOf(Discard(*log_, id)), "QUARANTINED_NOT_FOUND");
  EXPECT_EQ(log_->GetQuarantined(id).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReasonOf(log_->GetQuarantined(id).status()), "QUARANTINED_NOT_FOUND");
  ASSERT_TRUE(Keep(*log_, "b").ok());
  EXPECT_GT(List()[0].id, id);
}

}  // namespace
}  // namespace kyc::events
