#include "tools/readme_check/shell_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kyc::readme {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ShellWords, QuotesAndBackslashesAreResolved) {
  const auto words =
      SplitWords("curl -d '{\"a\": \"$b\"}' \\\n  -H \"x: \\\"q\\\" \\n\" a\\ b '' c'd'\"e\" @f\n");
  ASSERT_TRUE(words.ok()) << words.status();
  EXPECT_THAT(*words, ElementsAre("curl", "-d", "{\"a\": \"$b\"}", "-H", "x: \"q\" \\n", "a b", "",
                                  "cde", "@f"));
}

TEST(ShellWords, WhatMeansMoreToAShellIsRefused) {
  for (const char* command : {"a | b", "a && b",    "a; b", "a > f", "a < f", "a $b",    "a \"$b\"",
                              "a `b`", "a \"`b`\"", "a *",  "a b?",  "a [x]", "a {x,y}", "a #b",
                              "a ~",   "a !b",      "(a)",  "a\nb",  "a 'b",  "a \"b",   "a \\"}) {
    const auto words = SplitWords(command);
    EXPECT_THAT(std::string(words.status().message()), HasSubstr("understands no")) << command;
  }
}

}  // namespace
}  // namespace kyc::readme
