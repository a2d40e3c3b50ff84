#include "server/admin/audit_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "server/call/error.h"
#include "server/call/testing/answer_of.h"
#include "server/events/testing/temporary_log.h"

namespace kyc::admin {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AuditServiceTest : public testing::Test {
 protected:
  // `count` alike, in one commit.
  void Note(const std::string& caller, size_t count = 1) {
    events::AuditNote note{.caller = caller, .act = "a.B/C"};
    note.reference = absl::StrCat("of ", caller);
    std::promise<absl::Status> noted;
    log_.audit().Note(std::vector<events::AuditNote>(count, note),
                      [&noted](absl::Status status) { noted.set_value(std::move(status)); });
    ASSERT_EQ(noted.get_future().get(), absl::OkStatus());
  }
  absl::StatusOr<v1::ListAuditEntriesResponse> List(const std::string& request_text,
                                                    const std::string& token = "") {
    v1::ListAuditEntriesRequest request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(request_text, &request));
    request.set_page_token(token);
    return AnswerOf(service_, &AuditService::List, CallContext(), std::move(request));
  }
  // The ids of each page, until there is no next one.
  std::vector<std::vector<int64_t>> Pages(const std::string& request_text) {
    std::vector<std::vector<int64_t>> pages;
    std::string token;
    do {
      const auto page = List(request_text, token);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      pages.emplace_back();
      for (const v1::AuditEntry& entry : page->entries()) pages.back().push_back(entry.id());
      token = page->next_page_token();
    } while (!token.empty());
    return pages;
  }

  events::TemporaryLog log_;
  AuditService service_{
      log_.audit(), [](absl::AnyInvocable<void() &&> job) { std::thread(std::move(job)).join(); }};
};

TEST_F(AuditServiceTest, PagesFollowEachOtherWithoutGapOrRepeat) {
  EXPECT_THAT(Pages(""), ElementsAre(IsEmpty()));
  Note("ann", 5);
  EXPECT_THAT(Pages("page_size: 2"),
              ElementsAre(ElementsAre(5, 4), ElementsAre(3, 2), ElementsAre(1)));
  EXPECT_THAT(Pages("page_size: 5"), ElementsAre(ElementsAre(5, 4, 3, 2, 1)));
}

TEST_F(AuditServiceTest, WhatIsRareIsFoundByPagesThatMayBeEmpty) {
  Note("ann");
  for (int i = 0; i < 21; ++i) Note("bo", 10'000);
  Note("ann");
  EXPECT_THAT(Pages("original_reference_no: 'of ann'"),
              ElementsAre(ElementsAre(210'002), ElementsAre(1)));
  EXPECT_THAT(Pages("caller: 'cy'"), ElementsAre(IsEmpty(), IsEmpty()));
}

TEST_F(AuditServiceTest, FaultsOfARequestAreNamed) {
  for (const char* wrong :
       {"page_size: 501", "page_size: -1", "original_reference_no: 'a' cust_id: 'b'",
        "from_time { nanos: -1 }", "until_time { seconds: 253402300800 }"}) {
    EXPECT_EQ(ReasonOf(List(wrong).status()), "INVALID_REQUEST") << wrong;
  }
  EXPECT_EQ(ReasonOf(List(absl::StrCat("caller: '", std::string(129, 'a'), "'")).status()),
            "INVALID_REQUEST");
  for (const char* token : {"x", "-1", "0", "1x", "99999999999999999999"}) {
    EXPECT_EQ(ReasonOf(List("", token).status()), "PAGE_TOKEN_INVALID") << token;
  }
}

}  // namespace
}  // namespace kyc::admin
