// What a gateway makes of the stream, and when it begins anew.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/call/error.h"
#include "server/events/jetstream/api.h"
#include "server/events/jetstream/jetstream_testing.h"
#include "server/events/log_testing.h"
#include "server/events/sqlite.h"

namespace kyc::events::jetstream {
namespace {

using ::testing::ElementsAre;

class FollowTest : public OneServerTest {};

INSTANTIATE_TEST_SUITE_P(NatsServer, FollowTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "Current" : "Debians"; });

TEST_P(FollowTest, ReadModelGoesOnWhereItWas) {
  JetStreamLogOptions options = Options();
  {
    const auto log = OpenLog(options);
    Append(*log, "R1", "approved");
    AwaitSequence(*log, 1);
  }
  const auto other = OpenLog(Options());
  Append(*other, "R1", "rejected");
  const auto log = OpenLog(options);
  AwaitSequence(*log, 2);
  EXPECT_THAT(ReadAll(*log), ElementsAre("1:R1/approved@1", "2:R1/rejected@2"));
}

TEST_P(FollowTest, DamagedReadModelIsMadeAnew) {
  const JetStreamLogOptions options = Options();
  const std::string path = options.folder + "/read-model.db";
  for (const int64_t at : {int64_t{0}, int64_t{4096}, int64_t{20'000}}) {
    {
      const auto log = OpenLog(options);
      for (int i = 0; i < 30; ++i) Append(*log, absl::StrCat("R", at, "-", i), "approved");
      AwaitSequence(*log, 30);
    }
    ASSERT_GT(std::filesystem::file_size(path), at + 4096);
    {
      std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(at);
      file << std::string(4096, 'x');
    }
    const auto log = OpenLog(options);
    const Appended appended = Append(*log, absl::StrCat("R", at), "approved");
    AwaitSequence(*log, appended.sequence);
    EXPECT_EQ(ReadAll(*log).size(), static_cast<size_t>(appended.sequence)) << "damage at " << at;
  }
}

TEST_P(FollowTest, CursorOfAnotherGatewayIsResumed) {
  const auto one = OpenLog(Options());
  const auto other = OpenLog(Options());
  Append(*one, "R1", "approved");
  Append(*other, "R2", "approved");
  AwaitSequence(*one, 2);
  const std::string cursor = one->CursorText(one->ends().newest);
  // It may lag behind the one that gave the cursor: then it waits.
  const absl::StatusOr<Position> position = other->PositionFromText(cursor);
  ASSERT_TRUE(position.ok()) << position.status();
  Append(*one, "R3", "approved");
  AwaitSequence(*other, 3);
  EXPECT_THAT(ReadAll(*other, *position), ElementsAre("3:R3/approved@1"));
}

TEST_P(FollowTest, CursorOfAGatewayThatIsFurtherWaitsForThisOne) {
  const JetStreamLogOptions options = Options();
  const auto lagging = OpenLog(options);
  const auto log = OpenLog(Options());
  absl::StatusOr<Database> database =
      Database::Open(options.folder + "/read-model.db", Database::Use::kWrite);
  ASSERT_TRUE(database.ok());
  {
    // Nobody else writes meanwhile, so this one cannot follow.
    const auto held = Transaction::Begin(*database, Transaction::Kind::kWrite);
    ASSERT_TRUE(held.ok());
    Append(*log, "R1", "approved");
    AwaitSequence(*log, 1);
    const absl::Status lags =
        lagging->PositionFromText(log->CursorText(log->ends().newest)).status();
    EXPECT_EQ(ReasonOf(lags), "LOG_UNAVAILABLE") << lags;
  }
  const absl::StatusOr<Position> position =
      lagging->PositionFromText(log->CursorText(log->ends().newest));
  EXPECT_TRUE(position.ok()) << position.status();
}

TEST_P(FollowTest, CursorAheadOfTheStreamIsRefused) {
  const auto log = OpenLog(Options());
  Append(*log, "R1", "approved");
  const std::string cursor = log->CursorText({.sequence = 2, .chain = 7});
  EXPECT_EQ(ReasonOf(log->PositionFromText(cursor).status()), "CURSOR_AHEAD");
}

TEST_P(FollowTest, StreamMadeAnewIsAnotherLog) {
  const JetStreamLogOptions options = Options();
  const auto old = OpenLog(Options());
  std::string cursor;
  {
    const auto log = OpenLog(options);
    Append(*log, "R1", "approved");
    Append(*log, "R2", "approved");
    AwaitSequence(*log, 2);
    cursor = log->CursorText(log->ends().newest);
  }
  { ASSERT_TRUE(Connect(*servers_)->Request("$JS.API.STREAM.DELETE.KYC", "", kPatience).ok()); }
  const auto log = OpenLog(options);
  EXPECT_EQ(ReasonOf(log->PositionFromText(cursor).status()), "CURSOR_FOREIGN");
  Append(*log, "R3", "approved");
  AwaitSequence(*log, 1);
  EXPECT_THAT(ReadAll(*log), ElementsAre("1:R3/approved@1"));
  // Nobody could read what it still means for the old one.
  EXPECT_EQ(ReasonOf(TryAppend(*old, Notification("R4", "approved")).status()), "LOG_UNREACHABLE");
}

TEST_P(FollowTest, ReadModelAheadOfTheStreamIsMadeAnew) {
  JetStreamLogOptions options = Options();
  {
    const auto log = OpenLog(options);
    Append(*log, "R1", "approved");
    AwaitSequence(*log, 1);
    // As a cluster that loses what it had acknowledged.
    servers_->Kill(0);
  }
  std::filesystem::path store = servers_->store(0);
  std::filesystem::copy(store, store.string() + "-later", std::filesystem::copy_options::recursive);
  servers_->Start(0);
  {
    const auto log = OpenLog(options);
    Append(*log, "R2", "approved");
    Append(*log, "R3", "approved");
    AwaitSequence(*log, 3);
  }
  servers_->Kill(0);
  std::filesystem::remove_all(store);
  std::filesystem::rename(store.string() + "-later", store);
  servers_->Start(0);
  const auto log = OpenLog(options);
  Append(*log, "R4", "approved");
  AwaitSequence(*log, 2);
  EXPECT_THAT(ReadAll(*log), ElementsAre("1:R1/approved@1", "2:R4/approved@1"));
}

TEST_P(FollowTest, HistoryOfAServerThatIsNotThePublishersIsCounted) {
  const JetStreamLogOptions options = Options();
  {
    const auto log = OpenLog(options);
    for (const char* reference : {"R1", "R2", "R3"}) Append(*log, reference, "approved");
    AwaitSequence(*log, 3);
  }
  {
    // As a gateway has it that read the copy of a server which came back with another history.
    absl::StatusOr<Database> database =
        Database::Open(options.folder + "/read-model.db", Database::Use::kWrite);
    ASSERT_TRUE(database.ok());
    const absl::Status another = database->Execute(
        "UPDATE event SET event_id = randomblob(16) WHERE sequence = 1;"
        "DELETE FROM event WHERE sequence = 2");
    ASSERT_TRUE(another.ok()) << another;
  }
  {
    const auto log = OpenLog(options);
    for (const char* reference : {"R1", "R2", "R3"}) Append(*log, reference, "rejected");
    AwaitSequence(*log, 6);
  }  // What is applied may be counted a moment later, but not after the log's end.
  EXPECT_EQ(metrics_.copies_differ, 2);
}

TEST_P(FollowTest, RetentionTrimsTheReadModelAndRevisionsGoOn) {
  JetStreamLogOptions options = Options();
  options.retention.count = 2;
  options.trim_interval = absl::Milliseconds(1);
  std::atomic<int64_t> told = 0;
  const auto log = OpenLog(options);
  log->SetOnTrimming([&](int64_t through) { told = through; });
  for (const char* status : {"a", "b", "c", "d"}) Append(*log, "R1", status);
  const absl::Time patience = absl::Now() + kPatience;
  while (log->ends().oldest.sequence < 2 && absl::Now() < patience) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  EXPECT_EQ(told, 2);
  EXPECT_EQ(ReasonOf(log->ReadAfter({}, 10, {}).status()), "CURSOR_EXPIRED");
  EXPECT_THAT(ReadAll(*log, log->ends().oldest), ElementsAre("3:R1/c@3", "4:R1/d@4"));
  EXPECT_EQ(Append(*log, "R1", "e").revision, 5);
  AwaitSequence(*log, 5);
  EXPECT_EQ(metrics_.copies_differ, 0);
}

TEST_P(FollowTest, GatewayThatComesAfterTheStreamForgotBeginsWhereItBegins) {
  const auto early = OpenLog(Options());
  for (const char* reference : {"R1", "R2", "R3", "R4"}) Append(*early, reference, "approved");
  AwaitSequence(*early, 4);
  const std::string cursor_3 = early->CursorText(early->ReadAfter({}, 3, {})->through);
  const std::string cursor_1 = early->CursorText(early->ReadAfter({}, 1, {})->through);
  // As its limits would do it.
  const auto connection = Connect(*servers_);
  for (int sequence = 1; sequence <= 2; ++sequence) {
    const std::string request = absl::StrCat("{\"seq\":", sequence, "}");
    ASSERT_TRUE(connection->Request("$JS.API.STREAM.MSG.DELETE.KYC", request, kPatience).ok());
  }
  const auto late = OpenLog(Options());
  AwaitSequence(*late, 4);
  EXPECT_THAT(ReadAll(*late, late->ends().oldest), ElementsAre("4:R4/approved@1"));
  EXPECT_TRUE(late->PositionFromText(cursor_3).ok());
  EXPECT_EQ(ReasonOf(late->PositionFromText(cursor_1).status()), "CURSOR_EXPIRED");
}

TEST_P(FollowTest, MessageThatNoGatewayMadeIsSkipped) {
  const auto log = OpenLog(Options());
  const absl::StatusOr<Message> answer = Connect(*servers_)->Request(
      absl::StrCat("kyc.upgrade.", absl::BytesToHexString(log->log_id()), ".00"), "not one of ours",
      kPatience);
  ASSERT_TRUE(answer.ok());
  ASSERT_TRUE(ReadPublishAnswer(*answer).ok());
  EXPECT_EQ(Append(*log, "R1", "approved").sequence, 2);
  AwaitSequence(*log, 2);
  EXPECT_THAT(ReadAll(*log), ElementsAre("2:R1/approved@1"));
}

}  // namespace
}  // namespace kyc::events::jetstream
