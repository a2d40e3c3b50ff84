// How the engine goes about each read: by an index, never through the whole log.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/events/sqlite/reads.h"
#include "server/events/sqlite/sqlite.h"
#include "server/events/sqlite/sqlite_log.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

using ::testing::ElementsAre;

constexpr char kByRange[] = "SEARCH event USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)";

class PlansTest : public testing::Test {
 protected:
  PlansTest() { SqliteLog::Open(OptionsAt(path_, metrics_)).value(); }

  std::vector<std::string> PlanOf(const std::string& sql) {
    Database database = Database::Open(path_, Database::Use::kRead).value();
    Statement plan = database.Prepare(absl::StrCat("EXPLAIN QUERY PLAN ", sql)).value();
    std::vector<std::string> steps;
    while (plan.Step().value()) steps.emplace_back(plan.Bytes(3));
    return steps;
  }
  static ::netzme::v1::UpgradeFilter FilterOf(const std::string& text) {
    ::netzme::v1::UpgradeFilter filter;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &filter)) << text;
    return filter;
  }

  const std::string path_ = NewPath();
  CountingMetrics metrics_;
};

TEST_F(PlansTest, PageOfEveryFilterIsASearch) {
  const struct {
    const char* filter;
    const char* plan;
  } cases[] = {
      {"", kByRange},
      {"statuses: [UPGRADE_STATUS_APPROVED, UPGRADE_STATUS_OTHER] types: 'cdd'", kByRange},
      {"original_reference_nos: 'R'",
       "SEARCH event USING INDEX event_by_reference (reference_digest=? AND sequence>? AND "
       "sequence<?)"},
      {"cust_ids: 'C' statuses: UPGRADE_STATUS_OTHER",
       "SEARCH event USING INDEX event_by_cust_id (cust_id_digest=? AND sequence>? AND "
       "sequence<?)"},
  };
  for (const auto& each : cases) {
    EXPECT_THAT(PlanOf(PageSql(FilterOf(each.filter))), ElementsAre(each.plan)) << each.filter;
    EXPECT_THAT(PlanOf(ListSql({.filter = FilterOf(each.filter)})), ElementsAre(each.plan))
        << each.filter;
  }
}

TEST_F(PlansTest, LatestIsASearch) {
  EXPECT_THAT(PlanOf(LatestSql()),
              ElementsAre("SEARCH event USING INDEX event_by_reference (reference_digest=?)"));
}

TEST_F(PlansTest, ScanWouldBeSeen) {
  EXPECT_THAT(PlanOf("SELECT * FROM event WHERE status = 1"), ElementsAre("SCAN event"));
}

}  // namespace
}  // namespace kyc::events
