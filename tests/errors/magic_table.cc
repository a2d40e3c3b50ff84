#include "tests/errors/magic_table.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tests/support/child_process.h"

namespace kyc::tests {
namespace {

// Which endpoints know the values under this heading; none for a line that is no heading.
std::vector<std::string> EndpointsOf(absl::string_view line) {
  if (line == "cust_ref_no begins") return {"passive-liveness", "id-recognize", "id-validation"};
  if (line == "cust_ref_no begins, passive-liveness") return {"passive-liveness"};
  if (line == "cust_ref_no begins, id-recognize") return {"id-recognize"};
  if (line == "nik ends, id-validation") return {"id-validation"};
  if (line == "phoneNo ends, Finpay") return {"widget"};
  return {};
}

}  // namespace

std::vector<MagicCall> ListMagicCalls() {
  const ChildProcess lister("tools/simulator/simulator", {"--list-magic"});
  EXPECT_EQ(lister.AwaitEnd(), 0);
  std::vector<MagicCall> calls;
  std::vector<std::string> endpoints;
  const std::string list = lister.StandardOutput();
  for (absl::string_view line : absl::StrSplit(list, '\n', absl::SkipEmpty())) {
    if (!absl::StartsWith(line, "  ")) {
      endpoints = EndpointsOf(line);
      EXPECT_FALSE(endpoints.empty()) << "an unknown heading: " << line;
      continue;
    }
    const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    for (const std::string& endpoint : endpoints) {
      calls.push_back({endpoint, absl::StrReplaceAll(words[0], {{"<ms>", "50"}})});
    }
  }
  return calls;
}

}  // namespace kyc::tests
