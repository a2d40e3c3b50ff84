#include "server/rpc/not_let_in.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/call/error.h"
#include "server/call/testing/fake_metrics.h"

namespace kyc::rpc {
namespace {

class Counted : public FakeMetrics {
 public:
  void CallNotLetIn(absl::string_view why) override { ++by_why[std::string(why)]; }
  std::map<std::string, int> by_why;
};

absl::Status Refusal(const std::string& reason, const std::string& why) {
  Error error;
  error.code = absl::StatusCode::kUnauthenticated;
  error.reason = reason;
  if (!why.empty()) error.metadata = {{"why", why}};
  return ToStatus(error);
}

TEST(NotLetIn, OnlyCallersAreCountedAndRepeatsAreOneLine) {
  Counted metrics;
  std::vector<std::string> lines;
  NotLetIn noted(metrics, [&](absl::string_view line) { lines.emplace_back(line); });
  const absl::Time now = absl::UnixEpoch();
  for (int i = 0; i < 3; ++i) {
    noted.Note(Refusal("CALLER_UNAUTHENTICATED", "unknown_token"), "a.B/C", "", "ipv4:10.0.0.1",
               now);
  }
  noted.Note(Refusal("CALLER_FORBIDDEN", ""), "a.B/C", "app", "unix:", now);
  noted.Note(Refusal("GATEWAY_OVERLOADED", ""), "a.B/C", "app", "unix:", now);
  noted.Note(absl::OkStatus(), "a.B/C", "app", "unix:", now);
  EXPECT_THAT(metrics.by_why,
              testing::ElementsAre(std::pair<const std::string, int>("other", 1),
                                   std::pair<const std::string, int>("unknown_token", 3)));
  EXPECT_THAT(lines, testing::ElementsAre("not let in: CALLER_UNAUTHENTICATED why=unknown_token "
                                          "method=a.B/C caller=unknown from=ipv4:10.0.0.1",
                                          "not let in: CALLER_FORBIDDEN why=other method=a.B/C "
                                          "caller=app from=unix:"));
}

TEST(NotLetIn, ManyAddressesMakeNoManyLines) {
  Counted metrics;
  int lines = 0, of_many = 0;
  NotLetIn noted(metrics, [&](absl::string_view line) {
    ++lines;
    if (absl::StrContains(line, "from=many addresses")) ++of_many;
  });
  const auto note_thousand = [&](absl::Time now) {
    for (int i = 0; i < 1000; ++i) {
      noted.Note(Refusal("CALLER_UNAUTHENTICATED", "unknown_token"), "a.B/C", "",
                 absl::StrCat("ipv4:10.0.", i / 250, ".", i % 250), now);
    }
  };
  note_thousand(absl::UnixEpoch());
  EXPECT_EQ(lines, 65);
  EXPECT_EQ(of_many, 1);
  EXPECT_EQ(metrics.by_why["unknown_token"], 1000);
}

}  // namespace
}  // namespace kyc::rpc
