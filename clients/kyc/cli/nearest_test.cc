#include "clients/kyc/cli/nearest.h"

#include <gtest/gtest.h>

namespace kyc::cli {
namespace {

TEST(Nearest, CountsWhatWasMistyped) {
  EXPECT_EQ(Distance("", "abc"), 3);
  EXPECT_EQ(Distance("abc", "abc"), 0);
  EXPECT_EQ(Distance("abc", "acb"), 1);
  EXPECT_EQ(Distance("abc", "axbc"), 1);
  EXPECT_EQ(Distance("kitten", "sitting"), 3);
}

TEST(Nearest, SuggestsOnlyWhatWasMeant) {
  const std::vector<std::string> known = {"validate", "liveness", "list", "snap", "--limit"};
  for (const auto& [word, due] :
       std::vector<std::pair<std::string, std::string>>{{"validte", "validate"},
                                                        {"valdiate", "validate"},
                                                        {"Validate", "validate"},
                                                        {"livenes", "liveness"},
                                                        {"lits", "list"},
                                                        {"lst", "list"},
                                                        {"snab", "snap"},
                                                        {"--limt", "--limit"},
                                                        {"quarantine", ""},
                                                        {"x", ""},
                                                        {"", ""}}) {
    EXPECT_EQ(Nearest(word, known), due) << word;
  }
}

}  // namespace
}  // namespace kyc::cli
