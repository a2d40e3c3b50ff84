// What every HTTP status and body becomes, line by line against the golden table.
#include "server/upstream/golden/reply_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/finpay/testing/widget_samples.h"
#include "server/finpay/upgrade_account_widget.h"

namespace kyc::finpay {
namespace {

upstream::ReplyReader Reader() {
  std::vector<upstream::ReplyBody> bodies = upstream::CommonBodies(
      R"({"responseCode":"2000000","responseMessage":"m","widgetUrl":"https://a/b",)"
      R"("expiryTime":"2024-11-01 14:01:10"})");
  for (const char* code :
       {"2020000", "2000001", "2000002", "2000003", "4000000", "4000001", "4000002", "4010000",
        "4030000", "4040000", "4090000", "4090001", "4290000", "5000000", "5030000", "5040000"}) {
    bodies.push_back({absl::StrCat("code_", code),
                      absl::StrCat(R"({"responseCode":")", code, R"(","responseMessage":"m"})")});
  }
  return {"upgrade-account-widget", std::move(bodies), [](const upstream::HttpResponse& response) {
            json::Deviations deviations;
            return FromHttp(response, {}, Credentials(), {}, deviations).status();
          }};
}

TEST(ReplyTable, IsTheGoldenOne) {
  const upstream::ReplyReader reader = Reader();
  const std::vector<std::string> rows = ReplyRows(reader);
  if (upstream::UpdateGoldenRows(reader.endpoint, rows)) return;
  EXPECT_THAT(rows, testing::ElementsAreArray(upstream::GoldenRows(reader.endpoint)));
}

}  // namespace
}  // namespace kyc::finpay
