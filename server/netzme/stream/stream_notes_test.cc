#include "server/netzme/stream/stream_notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/events/testing/temporary_log.h"
#include "server/netzme/stream/testing/fake_loop.h"

namespace kyc::netzme {
namespace {

using ::testing::ElementsAre;

std::shared_ptr<const Viewer> Of(const std::string& caller, const std::string& purpose = "") {
  return std::make_shared<const Viewer>(Viewer{.caller = caller, .purpose = purpose});
}

class StreamNotesTest : public testing::Test {
 protected:
  void Ask(const std::shared_ptr<const Viewer>& viewer, StreamNotes::Wish wish) {
    notes_.Note(viewer, wish, [this](absl::StatusOr<Grant> grant) {
      granted_.push_back(grant.ok() ? absl::StrCat(grant->first, "-", grant->through)
                                    : std::string(grant.status().message()));
    });
  }
  void AwaitGrants(size_t count) {
    while (granted_.size() < count) {
      if (!loop_.RunOne()) std::this_thread::yield();
    }
  }
  // "caller 1-3", the newest last.
  std::vector<std::string> Entries() {
    const auto page = log_.audit().ListAudit({.limit = 100});
    EXPECT_TRUE(page.ok()) << page.status();
    std::vector<std::string> lines;
    if (!page.ok()) return lines;
    for (const auto& entry : page->entries) {
      lines.insert(lines.begin(),
                   absl::StrCat(entry.caller, " ", entry.first_sequence, "-", entry.last_sequence));
    }
    return lines;
  }

  events::TemporaryLog log_;
  FakeLoop loop_;
  StreamNotes notes_{&log_.audit(), loop_, [this] { return loop_.now(); }};
  std::vector<std::string> granted_;
};

TEST_F(StreamNotesTest, WhatIsNotedIsGrantedAtOnceUntilItIsOld) {
  Ask(Of("ann"), {1, 3, 10});
  AwaitGrants(1);
  Ask(Of("ann"), {4, 13, 0});
  EXPECT_THAT(granted_, ElementsAre("1-13", "1-13"));
  loop_.AdvanceToTimer(loop_.now() + kGrantLife);
  Ask(Of("ann"), {4, 13, 0});
  EXPECT_EQ(granted_.size(), 2u);
  AwaitGrants(3);
  EXPECT_THAT(Entries(), ElementsAre("ann 1-13", "ann 4-13"));
}

TEST_F(StreamNotesTest, StreamsThatStandApartHaveEntriesOfTheirOwn) {
  Ask(Of("ann"), {1, 1, 0});
  Ask(Of("ann"), {500, 501, 2});  // While the first is being noted.
  Ask(Of("ann"), {3, 4, 0});
  Ask(Of("ann"), {2, 3, 0});
  Ask(Of("ann"), {502, 503, 0});
  AwaitGrants(5);
  EXPECT_THAT(Entries(), ElementsAre("ann 1-1", "ann 2-4", "ann 500-503"));
}

TEST_F(StreamNotesTest, AThousandStreamsAtOnePlaceHaveOneEntry) {
  for (int i = 0; i < 1000; ++i) Ask(Of("ann"), {1, 64, 0});
  AwaitGrants(1000);
  EXPECT_THAT(Entries(), ElementsAre("ann 1-64"));
}

TEST_F(StreamNotesTest, AnyNumberOfPlacesIsNoted) {
  for (int i = 0; i < 300; ++i) Ask(Of("ann"), {10 * i + 1, 10 * i + 1, 0});
  AwaitGrants(300);
  const auto page = log_.audit().ListAudit({.limit = 1000});
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->entries.size(), 300u);
}

TEST_F(StreamNotesTest, CallersAndPurposesHaveEntriesOfTheirOwnHoweverMany) {
  Ask(Of("a", "bc"), {1, 1, 0});
  Ask(Of("ab", "c"), {1, 1, 0});
  AwaitGrants(2);
  for (int i = 0; i < 3000; ++i) {
    Ask(Of("ann", absl::StrCat(i)), {1, 1, 0});
    AwaitGrants(granted_.size() + 1);
  }
  EXPECT_EQ(log_.audit().ListAudit({.limit = 1})->entries.front().id, 3002);
}

TEST(EventsAhead, AreAsManyAsWereShownInTheLastTenSeconds) {
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  const struct {
    Grant last;
    int64_t shown_through;
    int64_t ahead;
  } cases[] = {
      {{}, 64, 0},
      {{1, 1, now}, 2, 1},
      {{1, 1, now - kGrantLife}, 2, 0},
      {{1, 1, now + kGrantLife / 2}, 101, 200},
      {{1, 1, now - absl::Hours(100)}, 101, 0},
      {{1, 1, now + kGrantLife}, 65, 1000},
      {{1, 1001, now}, 1002, 1000},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(EventsAhead(each.last, each.shown_through, now), each.ahead)
        << each.last.until << " " << each.shown_through;
  }
}

TEST(Viewers, AreNotedByNameWhereTheyAskForFew) {
  CallContext ann;
  ann.caller = "ann";
  ::netzme::v1::UpgradeFilter filter;
  filter.add_cust_ids("C1");
  EXPECT_THAT(ViewerOf(ann, filter).cust_ids, ElementsAre("C1"));
  filter.add_original_reference_nos("R1");
  EXPECT_THAT(ViewerOf(ann, filter).references, ElementsAre("R1"));
  EXPECT_THAT(ViewerOf(ann, filter).cust_ids, testing::IsEmpty());
  filter.clear_cust_ids();
  for (int i = 0; i < 8; ++i) filter.add_original_reference_nos(absl::StrCat(i));
  EXPECT_THAT(ViewerOf(ann, filter).references, testing::IsEmpty());
}

}  // namespace
}  // namespace kyc::netzme
