#include "server/netzme/stream/lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "server/call/error.h"
#include "server/netzme/stream/testing/service_room.h"

namespace kyc::netzme {
namespace {

using ::netzme::v1::GetUpgradeRequest;
using ::netzme::v1::GetUpgradeResponse;
using ::netzme::v1::ListUpgradesRequest;
using ::netzme::v1::ListUpgradesResponse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class LookupTest : public testing::Test {
 protected:
  absl::StatusOr<GetUpgradeResponse> Get(const GetUpgradeRequest& request,
                                         CallContext context = {}) {
    absl::StatusOr<GetUpgradeResponse> answer;
    room_.service().Get(std::move(context), request,
                        [&](auto given) { answer = std::move(given); });
    room_.Settle();
    return answer;
  }
  absl::StatusOr<ListUpgradesResponse> List(const ListUpgradesRequest& request,
                                            CallContext context = {}) {
    absl::StatusOr<ListUpgradesResponse> answer;
    room_.service().List(std::move(context), request,
                         [&](auto given) { answer = std::move(given); });
    room_.Settle();
    return answer;
  }
  // One page's sequences; `request` then asks for the next page.
  std::vector<int64_t> Page(ListUpgradesRequest& request) {
    const auto page = List(request);
    EXPECT_TRUE(page.ok()) << page.status();
    std::vector<int64_t> sequences;
    if (!page.ok()) return sequences;
    for (const auto& event : page->events()) sequences.push_back(event.sequence());
    request.set_page_token(page->next_page_token());
    return sequences;
  }
  static CallContext MaySeeAll() {
    CallContext context;
    context.allow_full_view = true;
    return context;
  }

  ServiceRoom room_;
};

TEST_F(LookupTest, GetReturnsTheNewestEventAndACursorBehindIt) {
  for (const char* reference : {"R-1", "R-2", "R-1", "R-2"}) room_.Append(reference);
  GetUpgradeRequest request;
  request.set_original_reference_no("R-1");
  const auto found = Get(request);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->event().sequence(), 3);
  EXPECT_EQ(found->event().revision(), 2);
  EXPECT_EQ(found->event().original_reference_no(), "R-1");
  EXPECT_THAT(found->event().raw_body(), IsEmpty());
  EXPECT_EQ(room_.SequenceOf(found->cursor()), 3);
}

TEST_F(LookupTest, FullViewIsForCallersThatMay) {
  room_.Append("R-1");
  GetUpgradeRequest request;
  request.set_original_reference_no("R-1");
  request.set_view(::netzme::v1::VIEW_FULL);
  EXPECT_EQ(ReasonOf(Get(request).status()), "CALLER_FORBIDDEN");
  EXPECT_THAT(Get(request, MaySeeAll())->event().raw_body(), Not(IsEmpty()));
  ListUpgradesRequest list;
  list.set_view(::netzme::v1::VIEW_FULL);
  EXPECT_EQ(ReasonOf(List(list).status()), "CALLER_FORBIDDEN");
  EXPECT_THAT(List(list, MaySeeAll())->events(0).raw_body(), Not(IsEmpty()));
}

TEST_F(LookupTest, GetOfAnUnknownReferenceNamesNoReference) {
  GetUpgradeRequest request;
  request.set_original_reference_no("R-SECRET");
  const absl::Status status = Get(request).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReasonOf(status), "UPGRADE_NOT_FOUND");
  EXPECT_THAT(status.ToString(), Not(HasSubstr("R-SECRET")));
}

TEST_F(LookupTest, GetOfAReferenceOfSeveralAccountsNeedsTheAccount) {
  for (const char* account : {"main", "other"}) {
    ::netzme::v1::UpgradeEvent event;
    event.set_original_reference_no("R-1");
    event.set_status(::netzme::v1::UPGRADE_STATUS_APPROVED);
    event.set_account(account);
    room_.Append(event);
  }
  GetUpgradeRequest request;
  request.set_original_reference_no("R-1");
  const absl::Status unclear = Get(request).status();
  EXPECT_EQ(ReasonOf(unclear), "INVALID_REQUEST");
  EXPECT_THAT(std::string(unclear.message()), HasSubstr("account must be given"));
  request.set_account("other");
  EXPECT_EQ(Get(request)->event().sequence(), 2);
  request.set_account("third");
  EXPECT_EQ(ReasonOf(Get(request).status()), "UPGRADE_NOT_FOUND");
}

TEST(LookupOfRemovedTest, GetTellsThatRetentionRemovedIt) {
  ServiceRoom room(RingLimits{}, /*retention_count=*/1);
  room.Append("R-1");
  room.Append("R-2");
  room.AdvanceLogToTrim(0, 1);
  GetUpgradeRequest request;
  request.set_original_reference_no("R-1");
  EXPECT_EQ(ReasonOf(GetUpgrade(room.log(), request).status()), "UPGRADE_REMOVED");
  request.set_account("other");
  EXPECT_EQ(ReasonOf(GetUpgrade(room.log(), request).status()), "UPGRADE_NOT_FOUND");
}

TEST_F(LookupTest, GetNeedsAReferenceOf1To128Bytes) {
  for (size_t size : {0, 129}) {
    GetUpgradeRequest request;
    request.set_original_reference_no(std::string(size, 'r'));
    EXPECT_EQ(ReasonOf(Get(request).status()), "INVALID_REQUEST") << size;
  }
  GetUpgradeRequest longest;
  longest.set_original_reference_no(std::string(128, 'r'));
  EXPECT_EQ(ReasonOf(Get(longest).status()), "UPGRADE_NOT_FOUND");
}

TEST_F(LookupTest, CancelledCallIsAnsweredWithoutAReading) {
  std::stop_source cancel;
  cancel.request_stop();
  CallContext context;
  context.cancel = cancel.get_token();
  EXPECT_EQ(ReasonOf(List({}, context).status()), "CALLER_CANCELLED");
}

TEST_F(LookupTest, ListLetsOthersReadBetweenItsReads) {
  room_.AppendMany(120);
  std::vector<std::string> answers;
  ListUpgradesRequest list;
  list.set_page_size(500);
  room_.service().List({}, list, [&](auto page) {
    answers.push_back(absl::StrCat("list of ", page->events_size()));
  });
  GetUpgradeRequest get;
  get.set_original_reference_no("R-1");
  room_.service().Get({}, get, [&](auto found) {
    answers.push_back(absl::StrCat("get ", found->event().sequence()));
  });
  room_.Settle();
  EXPECT_THAT(answers, ElementsAre("get 120", "list of 120"));
}

TEST_F(LookupTest, ListThatIsCancelledReadsNoFurther) {
  room_.AppendMany(120);
  std::stop_source cancel;
  CallContext context;
  context.cancel = cancel.get_token();
  ListUpgradesRequest list;
  list.set_page_size(500);
  absl::StatusOr<ListUpgradesResponse> answer;
  room_.service().List(context, list, [&](auto given) { answer = std::move(given); });
  ASSERT_TRUE(room_.pool().RunOne());
  cancel.request_stop();
  room_.Settle();
  EXPECT_EQ(ReasonOf(answer.status()), "CALLER_CANCELLED");
  EXPECT_EQ(room_.pool().ran(), 2);
}

TEST_F(LookupTest, PagesListNewestFirstAndNewEventsShiftNothing) {
  room_.AppendMany(5);
  ListUpgradesRequest request;
  request.set_page_size(2);
  EXPECT_THAT(Page(request), ElementsAre(5, 4));
  room_.AppendMany(3);
  EXPECT_THAT(Page(request), ElementsAre(3, 2));
  EXPECT_THAT(Page(request), ElementsAre(1));
  EXPECT_THAT(request.page_token(), IsEmpty());
}

TEST_F(LookupTest, PageThatEndsWithTheLogIsTheLast) {
  room_.AppendMany(4);
  ListUpgradesRequest request;
  request.set_page_size(4);
  EXPECT_THAT(Page(request), SizeIs(4));
  EXPECT_THAT(request.page_token(), IsEmpty());
}

TEST_F(LookupTest, EmptyLogGivesAnEmptyPage) {
  ListUpgradesRequest request;
  EXPECT_THAT(Page(request), IsEmpty());
  EXPECT_THAT(request.page_token(), IsEmpty());
}

TEST_F(LookupTest, PageSizeIs50UnlessSaidAndAtMost500) {
  room_.AppendMany(120);
  ListUpgradesRequest request;
  EXPECT_THAT(Page(request), SizeIs(50));
  request.set_page_token("");
  request.set_page_size(500);
  EXPECT_THAT(Page(request), SizeIs(120));
  for (int page_size : {-1, 501}) {
    request.set_page_size(page_size);
    EXPECT_EQ(ReasonOf(List(request).status()), "INVALID_REQUEST") << page_size;
  }
}

TEST_F(LookupTest, LatestOnlyListsEachReferenceOnceAsOfTheFirstPage) {
  for (const char* reference : {"R-1", "R-2", "R-3", "R-1", "R-2"}) room_.Append(reference);
  ListUpgradesRequest request;
  request.set_page_size(2);
  request.set_latest_only(true);
  EXPECT_THAT(Page(request), ElementsAre(5, 4));
  room_.Append("R-3");
  EXPECT_THAT(Page(request), ElementsAre(3)) << "R-3's later event came after the first page";
}

TEST_F(LookupTest, FilterChoosesEvents) {
  for (const char* reference : {"R-1", "R-2", "R-1"}) room_.Append(reference);
  ListUpgradesRequest request;
  request.mutable_filter()->add_original_reference_nos("R-1");
  EXPECT_THAT(Page(request), ElementsAre(3, 1));
}

TEST_F(LookupTest, PageOfLargeEventsEndsBefore3MiB) {
  for (int i = 0; i < 52; ++i) room_.Append("R-1", 65'000);
  ListUpgradesRequest request;
  request.set_page_size(500);
  request.set_view(::netzme::v1::VIEW_FULL);
  const auto first = List(request, MaySeeAll());
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_LE(first->ByteSizeLong(), 3'200'000U);
  EXPECT_THAT(first->events(), SizeIs(48));
  request.set_page_token(first->next_page_token());
  const auto second = List(request, MaySeeAll());
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_THAT(second->events(), SizeIs(4));
  EXPECT_EQ(second->events(0).sequence(), 4);
}

TEST_F(LookupTest, PageEndsEmptyWhenItHasReadLongEnough) {
  ::netzme::v1::UpgradeEvent event;
  event.set_status(::netzme::v1::UPGRADE_STATUS_REJECTED);
  event.set_original_reference_no("R-1");
  room_.Append(event);
  event.set_status(::netzme::v1::UPGRADE_STATUS_APPROVED);
  for (int i = 0; i < 11; ++i) {  // One read looks at 10,000.
    std::vector<::netzme::v1::UpgradeEvent> events(1000, event);
    for (size_t j = 0; j < events.size(); ++j) {
      events[j].set_original_reference_no(absl::StrCat("R-", i, "-", j));
    }
    room_.AppendTogether(std::move(events));
  }
  ListUpgradesRequest request;
  request.mutable_filter()->add_statuses(::netzme::v1::UPGRADE_STATUS_REJECTED);
  const auto first = Listing::Start(room_.log(), request, 1)->Read();
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(first->has_value());
  EXPECT_THAT((*first)->events(), IsEmpty());

  ListUpgradesRequest next = request;
  next.set_page_token((*first)->next_page_token());
  EXPECT_THAT(next.page_token(), Not(IsEmpty()));
  EXPECT_THAT(Page(next), ElementsAre(1));
  EXPECT_THAT(next.page_token(), IsEmpty());
  EXPECT_THAT(Page(request), ElementsAre(1)) << "two reads are not too many";
}

TEST_F(LookupTest, PageTokenIsGoodForTheSameChoiceAlone) {
  room_.AppendMany(5);
  ListUpgradesRequest request;
  request.set_page_size(2);
  request.mutable_filter()->add_cust_ids("C-1");
  Page(request);
  ListUpgradesRequest same = request;
  same.set_page_size(3);
  same.set_view(::netzme::v1::VIEW_BASIC);
  EXPECT_THAT(Page(same), ElementsAre(3, 2, 1));

  std::vector<ListUpgradesRequest> others(5, request);
  others[0].mutable_filter()->add_types("cdd");
  others[1].set_latest_only(true);
  others[2].set_view(::netzme::v1::VIEW_FULL);
  others[3].set_page_token(request.page_token() + "AAAA");
  others[4].set_page_token("no token");
  for (const ListUpgradesRequest& other : others) {
    const absl::Status status = List(other, MaySeeAll()).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(status), "PAGE_TOKEN_INVALID") << other.ShortDebugString();
  }
}

TEST_F(LookupTest, PageTokenOfAnotherLogIsRefused) {
  room_.AppendMany(3);
  ListUpgradesRequest request;
  request.set_page_size(2);
  Page(request);
  ServiceRoom other;
  other.AppendMany(3);
  EXPECT_EQ(ReasonOf(Listing::Start(other.log(), request).status()), "PAGE_TOKEN_INVALID");
}

}  // namespace
}  // namespace kyc::netzme
