#include "server/netzme/stream/filter.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kyc::netzme {
namespace {

using ::netzme::v1::UpgradeFilter;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

UpgradeFilter FromText(const std::string& text) {
  UpgradeFilter filter;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &filter)) << text;
  return filter;
}

TEST(FilterTest, ValuesOfAFieldAreAlternativesAndFieldsMustAllMatch) {
  const EventKey key{"R-1", "C-1", ::netzme::v1::UPGRADE_STATUS_REJECTED, "cdd", "main", {}};
  const struct {
    const char* filter;
    bool matches;
  } cases[] = {
      {"", true},
      {"original_reference_nos: 'R-1'", true},
      {"original_reference_nos: 'R-2' original_reference_nos: 'R-1'", true},
      {"original_reference_nos: 'R-2'", false},
      {"original_reference_nos: 'r-1'", false},
      {"cust_ids: 'C-1'", true},
      {"cust_ids: 'C-2'", false},
      {"types: 'cdd'", true},
      {"types: 'upgrade_account'", false},
      {"accounts: 'other' accounts: 'main'", true},
      {"accounts: 'other'", false},
      {"original_reference_nos: 'R-1' accounts: 'other'", false},
      {"statuses: UPGRADE_STATUS_REJECTED", true},
      {"statuses: UPGRADE_STATUS_APPROVED", false},
      {"original_reference_nos: 'R-1' cust_ids: 'C-2'", false},
      {"original_reference_nos: 'R-1' cust_ids: 'C-1' types: 'cdd' "
       "statuses: UPGRADE_STATUS_APPROVED statuses: UPGRADE_STATUS_REJECTED",
       true},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Filter(FromText(c.filter)).Matches(key), c.matches) << c.filter;
  }
}

std::vector<std::string> Texts(const UpgradeFilter& filter) {
  std::vector<std::string> texts;
  for (const Violation& violation : FilterViolations(filter)) {
    texts.push_back(violation.field + ": " + violation.description);
  }
  return texts;
}

TEST(FilterViolationsTest, LargestAllowedFilterHasNone) {
  UpgradeFilter filter;
  for (int i = 0; i < 100; ++i) {
    filter.add_original_reference_nos(std::string(128, 'r'));
    filter.add_cust_ids(std::string(128, 'c'));
    filter.add_types(std::string(64, 't'));
    filter.add_accounts(std::string(128, 'a'));
    filter.add_statuses(::netzme::v1::UPGRADE_STATUS_OTHER);
  }
  EXPECT_THAT(Texts(filter), IsEmpty());
}

TEST(FilterViolationsTest, EveryFieldBeyondItsLimitIsNamed) {
  UpgradeFilter filter;
  for (int i = 0; i < 101; ++i) {
    filter.add_original_reference_nos("r");
    filter.add_cust_ids(std::string(129, 'c'));
    filter.add_types(std::string(65, 't'));
    filter.add_statuses(::netzme::v1::UPGRADE_STATUS_OTHER);
  }
  filter.add_statuses(::netzme::v1::UPGRADE_STATUS_UNSPECIFIED);
  EXPECT_THAT(Texts(filter),
              ElementsAre("filter.original_reference_nos: must have at most 100 values",
                          "filter.cust_ids: must have at most 100 values",
                          "filter.cust_ids: must have values of at most 128 bytes",
                          "filter.types: must have at most 100 values",
                          "filter.types: must have values of at most 64 bytes",
                          "filter.statuses: must have at most 100 values",
                          "filter.statuses: must be statuses that an event can have"));
}

TEST(FilterViolationsTest, StatusFromTheFutureIsRefused) {
  UpgradeFilter filter;
  filter.add_statuses(static_cast<::netzme::v1::UpgradeStatus>(77));
  EXPECT_THAT(Texts(filter),
              ElementsAre("filter.statuses: must be statuses that an event can have"));
}

}  // namespace
}  // namespace kyc::netzme
