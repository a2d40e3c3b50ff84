#include "tools/benchmarks/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kyc::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> WithFolders(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--out", "results", "--contestant", "script"});
  return arguments;
}

TEST(Options, NoSuiteMeansAll) {
  const absl::StatusOr<Options> options = ParseOptions(WithFolders({}));
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_THAT(options->suites,
              ElementsAre("calls", "tls", "slow", "webhook", "postgres", "watch", "base64"));
  EXPECT_EQ(options->rounds, 3);
  EXPECT_EQ(options->seconds, 3);
  EXPECT_EQ(options->waiting_calls, 10'000);
  EXPECT_EQ(options->out, "results");
  EXPECT_EQ(options->contestant, "script");
}

TEST(Options, SuitesAndOptionsMix) {
  const absl::StatusOr<Options> options = ParseOptions(
      WithFolders({"watch", "--rounds", "5", "calls", "--secs", "0.5", "--only", "1 MB"}));
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_THAT(options->suites, ElementsAre("watch", "calls"));
  EXPECT_EQ(options->rounds, 5);
  EXPECT_EQ(options->seconds, 0.5);
  EXPECT_TRUE(options->Wants("image of 1 MB"));
  EXPECT_FALSE(options->Wants("image of 4 MB"));
}

TEST(Options, WhatIsNotUnderstoodIsNamed) {
  const std::vector<std::vector<std::string>> wrong = {{"everything"},       {"--rounds", "0"},
                                                       {"--rounds", "many"}, {"--secs", "-1"},
                                                       {"--fast", "yes"},    {"--only"}};
  for (const std::vector<std::string>& arguments : wrong) {
    const absl::StatusOr<Options> options = ParseOptions(arguments);
    ASSERT_FALSE(options.ok()) << arguments.front();
    EXPECT_THAT(std::string(options.status().message()),
                HasSubstr("not understood: " + arguments.front()));
    EXPECT_THAT(std::string(options.status().message()), HasSubstr("usage:"));
  }
}

}  // namespace
}  // namespace kyc::bench
