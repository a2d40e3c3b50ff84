// What is shown with VIEW_FULL is in the audit log first.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/netzme/stream/testing/service_room.h"

namespace kyc::netzme {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FullViewTest : public testing::Test {
 protected:
  static CallContext Ann(const std::string& purpose = "") {
    CallContext context;
    context.caller = "ann";
    context.purpose = purpose;
    context.allow_full_view = true;
    return context;
  }
  // Until there are so many messages, or it has ended.
  void Read(FakeStream& stream, size_t messages) {
    room_.SettleUntil({&stream}, [&] {
      return stream.messages().size() >= messages || stream.finished().has_value();
    });
  }
  template <typename Request, typename Response>
  absl::StatusOr<Response> Ask(void (UpgradeService::*method)(CallContext, Request, Done<Response>),
                               Request request) {
    std::promise<absl::StatusOr<Response>> promise;
    auto answer = promise.get_future();
    (room_.service().*method)(Ann(), std::move(request),
                              [&promise](auto given) { promise.set_value(std::move(given)); });
    room_.Settle();
    return answer.get();
  }
  absl::StatusOr<::netzme::v1::GetUpgradeResponse> Get(
      const std::string& reference, ::netzme::v1::View view = ::netzme::v1::VIEW_FULL) {
    ::netzme::v1::GetUpgradeRequest request;
    request.set_original_reference_no(reference);
    request.set_view(view);
    return Ask(&UpgradeService::Get, request);
  }
  // "WatchUpgrades 1-3 purpose", the newest last.
  std::vector<std::string> Entries(events::AuditQuery query = {}) {
    query.limit = 100;
    const auto page = room_.audit().ListAudit(query);
    EXPECT_TRUE(page.ok()) << page.status();
    std::vector<std::string> lines;
    if (!page.ok()) return lines;
    for (const events::AuditEntry& entry : page->entries) {
      EXPECT_EQ(entry.caller, "ann");
      const std::string rpc = entry.act.substr(entry.act.find('/') + 1);
      lines.insert(lines.begin(),
                   absl::StrCat(rpc, " ", entry.first_sequence, "-", entry.last_sequence,
                                entry.outcome.empty() ? "" : " ", entry.outcome,
                                entry.purpose.empty() ? "" : " ", entry.purpose));
    }
    return lines;
  }

  ServiceRoom room_{FullViews::kNoted};
};

TEST_F(FullViewTest, AStreamIsNotedWithWhatItShows) {
  room_.AppendMany(3);
  room_.Settle();
  const auto stream =
      room_.Watch(Request("from: FROM_EARLIEST view: VIEW_FULL"), Ann("complaint 4711"));
  Read(*stream, 3);
  EXPECT_THAT(room_.Script(*stream),
              ElementsAre("started 3 @0", "events 1 2 3 @3", "caught_up @3"));
  EXPECT_THAT(Entries(), ElementsAre("WatchUpgrades VIEW_FULL 1-3 complaint 4711"));
}

TEST_F(FullViewTest, BasicViewsAreNotNoted) {
  room_.AppendMany(3);
  room_.Settle();
  const auto stream = room_.Watch(Request("from: FROM_EARLIEST"), Ann());
  Read(*stream, 3);
  EXPECT_TRUE(Get("R-1", ::netzme::v1::VIEW_BASIC).ok());
  EXPECT_TRUE(Ask(&UpgradeService::List, ::netzme::v1::ListUpgradesRequest()).ok());
  EXPECT_THAT(Entries(), IsEmpty());
}

TEST_F(FullViewTest, StreamsOfOneCallerShareAnEntryAndAPurposeHasItsOwn) {
  std::vector<std::unique_ptr<FakeStream>> streams;
  for (int i = 0; i < 50; ++i) {
    streams.push_back(room_.Watch(Request("view: VIEW_FULL"), Ann(i == 7 ? "other" : "")));
  }
  const auto read = [&](size_t messages) {
    for (const auto& stream : streams) Read(*stream, messages);
  };
  read(2);
  room_.Append("R-1");
  read(3);
  EXPECT_THAT(Entries(), testing::UnorderedElementsAre("WatchUpgrades VIEW_FULL 1-1",
                                                       "WatchUpgrades VIEW_FULL 1-1 other"));
}

// An entry holds for ten seconds, and says no more than is likely to be shown in them.
TEST_F(FullViewTest, AQuietStreamsEntriesAreExact) {
  const auto stream = room_.Watch(Request("view: VIEW_FULL"), Ann());
  Read(*stream, 2);
  for (size_t i = 0; i < 3; ++i) {
    room_.Append("R-1");
    Read(*stream, 3 + i);
    room_.Advance(absl::Seconds(11), {stream.get()});
  }
  EXPECT_THAT(Entries(), ElementsAre("WatchUpgrades VIEW_FULL 1-1", "WatchUpgrades VIEW_FULL 2-2",
                                     "WatchUpgrades VIEW_FULL 3-3"));
}

TEST_F(FullViewTest, ABusyStreamHasAnEntryForAThousandEvents) {
  const auto stream = room_.Watch(Request("view: VIEW_FULL"), Ann());
  Read(*stream, 2);
  for (size_t i = 0; i < 20; ++i) {
    room_.Append("R-1");
    Read(*stream, 3 + i);
  }
  EXPECT_THAT(Entries(),
              ElementsAre("WatchUpgrades VIEW_FULL 1-1", "WatchUpgrades VIEW_FULL 2-1002"));
}

TEST_F(FullViewTest, AStreamOfOneReferenceIsNotedAsThat) {
  room_.Append("R-1");
  room_.Append("R-2");
  room_.Settle();
  const auto stream = room_.Watch(
      Request("from: FROM_EARLIEST view: VIEW_FULL filter { original_reference_nos: 'R-2' }"),
      Ann());
  Read(*stream, 3);
  EXPECT_THAT(Entries({.reference = "R-2"}), ElementsAre("WatchUpgrades VIEW_FULL 1-2"));
  EXPECT_THAT(Entries({.reference = "R-1"}), IsEmpty());
}

TEST_F(FullViewTest, LookUpsAreNotedWithTheirReference) {
  room_.Append("R-1");
  room_.Append("R-2");
  room_.Settle();
  EXPECT_TRUE(Get("R-2").ok());
  EXPECT_EQ(ReasonOf(Get("R-3").status()), "UPGRADE_NOT_FOUND");
  EXPECT_THAT(Entries(), ElementsAre("GetUpgrade VIEW_FULL 2-2",
                                     "GetUpgrade VIEW_FULL 0-0 UPGRADE_NOT_FOUND"));
  EXPECT_THAT(Entries({.reference = "R-2"}), ElementsAre("GetUpgrade VIEW_FULL 2-2"));
  EXPECT_THAT(Entries({.reference = "R-3"}),
              ElementsAre("GetUpgrade VIEW_FULL 0-0 UPGRADE_NOT_FOUND"));
  EXPECT_THAT(Entries({.cust_id = "C-1"}), ElementsAre("GetUpgrade VIEW_FULL 2-2"));
}

TEST_F(FullViewTest, PagesAreNotedWithTheirReferences) {
  room_.AppendMany(2);
  room_.Append("R-2");
  room_.Settle();
  ::netzme::v1::ListUpgradesRequest request;
  request.set_view(::netzme::v1::VIEW_FULL);
  EXPECT_TRUE(Ask(&UpgradeService::List, request).ok());
  EXPECT_THAT(Entries({.reference = "R-1"}), ElementsAre("ListUpgrades VIEW_FULL 1-2"));
  EXPECT_THAT(Entries({.reference = "R-2"}), ElementsAre("ListUpgrades VIEW_FULL 3-3"));
}

TEST_F(FullViewTest, NothingIsShownThatCannotBeNoted) {
  room_.Append("R-1");
  room_.Settle();
  ASSERT_TRUE(room_.engine().Tamper("ALTER TABLE audit RENAME TO hidden").ok());
  EXPECT_EQ(ReasonOf(Get("R-1").status()), "LOG_UNAVAILABLE");
  ::netzme::v1::ListUpgradesRequest request;
  request.set_view(::netzme::v1::VIEW_FULL);
  EXPECT_EQ(ReasonOf(Ask(&UpgradeService::List, request).status()), "LOG_UNAVAILABLE");
  const auto stream = room_.Watch(Request("from: FROM_EARLIEST view: VIEW_FULL"), Ann());
  Read(*stream, 100);
  EXPECT_THAT(room_.Script(*stream), ElementsAre("started 1 @0", "end LOG_UNAVAILABLE"));

  const auto basic = room_.Watch(Request("from: FROM_EARLIEST"), Ann());
  Read(*basic, 3);
  EXPECT_THAT(room_.Script(*basic), ElementsAre("started 1 @0", "events 1 @1", "caught_up @1"));
  EXPECT_TRUE(Get("R-1", ::netzme::v1::VIEW_BASIC).ok());
}

// While a stream's note is on its way its caller may go, the drain may come, and the log be silent.
TEST_F(FullViewTest, AStreamMayEndWhileItIsNoted) {
  room_.Append("R-1");
  room_.Settle();
  room_.HoldCommits();
  const auto watch = [this](const char* purpose) {
    return room_.Watch(Request("from: FROM_EARLIEST view: VIEW_FULL"), Ann(purpose));
  };
  const auto gone = watch("a"), drained = watch("b"), silent = watch("c");
  room_.Settle({gone.get(), drained.get(), silent.get()});
  gone->Close();
  drained->producer().OnDrain();
  room_.AdvanceWithoutLog(absl::Seconds(31), {drained.get(), silent.get()});
  EXPECT_THAT(room_.Script(*gone), ElementsAre("started 1 @0"));
  EXPECT_THAT(room_.Script(*drained), ElementsAre("started 1 @0", "end SERVER_DRAINING"));
  EXPECT_THAT(room_.Script(*silent), ElementsAre("started 1 @0", "end LOG_UNAVAILABLE"));
  room_.LetCommit();
  room_.SettleUntil({}, [&] { return Entries().size() == 3; });
  room_.Settle();
  EXPECT_EQ(silent->messages().size(), 1u);
}

}  // namespace
}  // namespace kyc::netzme
