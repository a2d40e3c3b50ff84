#include "server/admin/usage_service.h"

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
#include "server/usage/days.h"

namespace kyc::admin {
namespace {

using events::Billing;
using ::testing::ElementsAre;

class UsageServiceTest : public testing::Test {
 protected:
  void SetUp() override {
    const int64_t day = *usage::DayIn("2026-11-28");
    const std::string validate = "widekyc.v1.WideKycService/ValidateId";
    Add({1,
         {{{day, "app", "main", validate, Billing::kAnswered, ""}, 5},
          {{day, "app", "main", validate, Billing::kAnswered, "QUOTA_EXCEEDED"}, 2},
          {{day, "app", "", validate, Billing::kSurelyNotBilled, "INVALID_REQUEST"}, 1},
          {{day + 1, "app", "main", validate, Billing::kMayBeBilled, "UPSTREAM_TIMEOUT"}, 3},
          {{day + 1, "batch", "main", validate, Billing::kAnswered, ""}, 100}}});
  }
  void Add(events::UsageBatch batch) {
    std::promise<absl::Status> added;
    log_.usage().AddUsage(std::move(batch), [&](absl::Status status) { added.set_value(status); });
    ASSERT_EQ(added.get_future().get(), absl::OkStatus());
  }
  absl::StatusOr<v1::ListUsageResponse> List(const std::string& request_text,
                                             const std::string& token = "") {
    v1::ListUsageRequest request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(request_text, &request));
    request.set_page_token(token);
    return AnswerOf(service_, &UsageService::List, CallContext(), std::move(request));
  }
  // All pages' rows.
  std::vector<std::string> Rows(const std::string& request_text) {
    std::vector<std::string> rows;
    std::string token;
    do {
      const auto page = List(request_text, token);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      for (const v1::UsageRow& row : page->rows()) rows.push_back(row.ShortDebugString());
      token = page->next_page_token();
    } while (!token.empty());
    return rows;
  }

  events::TemporaryLog log_;
  UsageService service_{
      log_.usage(), [](absl::AnyInvocable<void() &&> job) { std::thread(std::move(job)).join(); }};
};

TEST_F(UsageServiceTest, DaysAreAddedUpByWhatIsAskedFor) {
  EXPECT_THAT(Rows("from_date: '2026-11-28'"), ElementsAre("calls: 8"));
  EXPECT_THAT(Rows("from_date: '2026-11-01' to_date: '2026-11-30'"), ElementsAre("calls: 111"));
  EXPECT_THAT(Rows("from_date: '2026-11-29' group_by: USAGE_GROUP_CALLER group_by: "
                   "USAGE_GROUP_OUTCOME"),
              ElementsAre("caller: \"app\" outcome: USAGE_OUTCOME_MAY_BE_BILLED calls: 3",
                          "caller: \"batch\" outcome: USAGE_OUTCOME_ANSWERED calls: 100"));
  EXPECT_THAT(Rows("from_date: '2026-11-28' group_by: USAGE_GROUP_REASON group_by: "
                   "USAGE_GROUP_DATE"),
              ElementsAre("date: \"2026-11-28\" calls: 5",
                          "date: \"2026-11-28\" reason: \"INVALID_REQUEST\" calls: 1",
                          "date: \"2026-11-28\" reason: \"QUOTA_EXCEEDED\" calls: 2"));
  EXPECT_THAT(Rows("from_date: '2020-01-01'"), ElementsAre());
}

TEST_F(UsageServiceTest, PagesFollowEachOtherWhateverTheyAreGroupedBy) {
  const std::string days = "from_date: '2026-11-01' to_date: '2026-11-30' ";
  for (const std::string groups :
       {"", "group_by: USAGE_GROUP_DATE", "group_by: USAGE_GROUP_ACCOUNT",
        "group_by: [USAGE_GROUP_OUTCOME, USAGE_GROUP_REASON]",
        "group_by: [USAGE_GROUP_DATE, USAGE_GROUP_CALLER, USAGE_GROUP_ACCOUNT, "
        "USAGE_GROUP_METHOD, USAGE_GROUP_OUTCOME, USAGE_GROUP_REASON]"}) {
    EXPECT_EQ(Rows(days + groups + " page_size: 1"), Rows(days + groups)) << groups;
  }
}

TEST_F(UsageServiceTest, FaultsOfARequestAreNamed) {
  for (const char* wrong :
       {"", "from_date: '2026-11'", "from_date: '2026-11-31'",
        "from_date: '2026-11-02' to_date: '2026-11-01'", "from_date: '2026-11-02' to_date: 'x'",
        "from_date: '2026-11-02' page_size: 1001", "from_date: '2026-11-02' page_size: -1",
        "from_date: '2026-11-02' group_by: USAGE_GROUP_UNSPECIFIED"}) {
    EXPECT_EQ(ReasonOf(List(wrong).status()), "INVALID_REQUEST") << wrong;
  }
  for (const char* token : {"x", "CgF4", "rCgF4", "r/", "r1234567"}) {
    EXPECT_EQ(ReasonOf(List("from_date: '2026-11-02'", token).status()), "PAGE_TOKEN_INVALID")
        << token;
  }
}

}  // namespace
}  // namespace kyc::admin
