#include "server/events/replies_in_quarantine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "server/events/quarantine_rules.h"
#include "server/events/sqlite/sqlite_log.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class CountingReplies : public CountingMetrics {
 public:
  void ReplyKept(absl::string_view upstream, bool was_kept) override {
    EXPECT_EQ(upstream, "widekyc");
    ++(was_kept ? kept : dropped);
  }
  std::atomic<int> kept = 0, dropped = 0;
};

class RepliesInQuarantineTest : public testing::Test {
 protected:
  RepliesInQuarantineTest() {
    SqliteLogOptions options = OptionsAt(NewPath(), metrics_);
    options.writer.quarantine = {.max_entries = 300, .max_bytes = 10 << 20};
    options.writer.before_commit = [this] { const absl::MutexLock go(&commits_); };
    log_ = SqliteLog::Open(std::move(options)).value();
    replies_ = std::make_unique<RepliesInQuarantine>(
        *log_, metrics_,
        [this](absl::string_view line) {
          const absl::MutexLock lock(&mutex_);
          lines_.emplace_back(line);
        },
        [this] { return now_; });
  }

  static KeptReply Reply(const std::string& body, const std::string& endpoint = "id-recognize") {
    return {"widekyc", "main", endpoint, "request-1", 200, "The reply is odd", body};
  }
  // Keeps and waits until all that was given is judged.
  void Keep(KeptReply reply) {
    replies_->Keep(std::move(reply));
    ++given_;
    const auto judged = [this] { return metrics_.kept + metrics_.dropped == given_; };
    while (!judged()) std::this_thread::yield();
  }
  std::vector<QuarantinedBody> List() {
    return log_->ListQuarantined(0, 1000, QuarantinedKind::kReply).value();
  }

  CountingReplies metrics_;
  absl::Time now_;
  absl::Mutex commits_;  // Who holds it keeps the log from committing.
  absl::Mutex mutex_;
  std::vector<std::string> lines_;
  int given_ = 0;
  std::unique_ptr<SqliteLog> log_;
  std::unique_ptr<RepliesInQuarantine> replies_;
};

TEST_F(RepliesInQuarantineTest, ReplyIsKeptWithAllThatIsKnownOfItsCall) {
  Keep(Reply("<html>sorry</html>"));
  ASSERT_THAT(List(), SizeIs(1));
  const QuarantinedBody entry = log_->GetQuarantined(List()[0].id).value();
  EXPECT_EQ(entry.body, "<html>sorry</html>");
  EXPECT_EQ(entry.owner.source, "widekyc id-recognize");
  EXPECT_EQ(entry.owner.account, "main");
  EXPECT_EQ(entry.answer, "HTTP 200: The reply is odd");
  EXPECT_EQ(entry.request_id, "request-1");
  replies_.reset();
  EXPECT_THAT(lines_, ElementsAre("unreadable reply of widekyc id-recognize to account main (HTTP "
                                  "200: The reply is odd) kept in quarantine"));
}

TEST_F(RepliesInQuarantineTest, LargeReplyIsCut) {
  Keep(Reply(std::string(100'000, 'x')));
  ASSERT_THAT(List(), SizeIs(1));
  const QuarantinedBody entry = log_->GetQuarantined(List()[0].id).value();
  EXPECT_THAT(entry.body, SizeIs(kMaxKeptReplyBytes));
  EXPECT_EQ(entry.answer, "HTTP 200: The reply is odd (cut, it has 100000 bytes)");
}

TEST_F(RepliesInQuarantineTest, LargeRepliesMemoryIsNotHeld) {
  EXPECT_LT(EntryOf(Reply(std::string(16 << 20, 'x'))).body.capacity(), 2 * kMaxKeptReplyBytes);
  KeptReply grown = Reply("small");
  grown.body.reserve(16 << 20);
  EXPECT_LT(EntryOf(std::move(grown)).body.capacity(), 2 * kMaxKeptReplyBytes);
}

TEST_F(RepliesInQuarantineTest, FewWaitForALogThatStandsStill) {
  {
    const absl::MutexLock stands_still(&commits_);
    for (int i = 0; i < 10 * kMaxWaitingReplies; ++i) {
      replies_->Keep(Reply(absl::StrCat("body ", i), absl::StrCat("endpoint ", i / 10)));
    }
    EXPECT_EQ(metrics_.kept, 0);
    EXPECT_EQ(metrics_.dropped, 9 * kMaxWaitingReplies);
  }
  while (metrics_.kept < kMaxWaitingReplies) std::this_thread::yield();
  given_ = 10 * kMaxWaitingReplies;
  Keep(Reply("there is room again"));
  EXPECT_EQ(metrics_.kept, kMaxWaitingReplies + 1);
}

TEST_F(RepliesInQuarantineTest, OfAnEndpointSixteenAtOnceAreKeptThenOneASecond) {
  for (int i = 0; i < 100; ++i) Keep(Reply(absl::StrCat("body ", i)));
  EXPECT_EQ(metrics_.kept, 16);
  EXPECT_EQ(metrics_.dropped, 84);
  Keep(Reply("of another", "id-validation"));
  EXPECT_EQ(metrics_.kept, 17) << "another endpoint has its own";
  now_ += absl::Milliseconds(900);
  Keep(Reply("early"));
  EXPECT_EQ(metrics_.kept, 17);
  now_ += absl::Milliseconds(200);
  Keep(Reply("in time"));
  Keep(Reply("one too many"));
  EXPECT_EQ(metrics_.kept, 18);
  now_ += absl::Hours(1);
  for (int i = 100; i < 200; ++i) Keep(Reply(absl::StrCat("body ", i)));
  EXPECT_EQ(metrics_.kept, 34);
}

TEST_F(RepliesInQuarantineTest, OldestOfWhatTakesMostRoomMakesRoom) {
  // Room for 30.
  for (int i = 0; i < 50; ++i) {
    Keep(Reply(absl::StrCat("often ", i)));
    if (i == 5) Keep(Reply("rare", "id-validation"));
    now_ += absl::Seconds(1);
  }
  std::vector<std::string> bodies;
  for (const QuarantinedBody& entry : List()) {
    bodies.push_back(log_->GetQuarantined(entry.id)->body);
  }
  ASSERT_THAT(bodies, SizeIs(30));
  EXPECT_EQ(bodies.front(), "rare");
  EXPECT_EQ(bodies[1], "often 21");
  EXPECT_EQ(bodies.back(), "often 49");
}

}  // namespace
}  // namespace kyc::events
