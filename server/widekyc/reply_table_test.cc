// What every HTTP status and body becomes, line by line against the golden table.
#include "server/upstream/golden/reply_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/widekyc/id_recognize.h"
#include "server/widekyc/id_validation.h"
#include "server/widekyc/passive_liveness.h"

namespace kyc::widekyc {
namespace {

using upstream::ReplyBody;
using upstream::ReplyReader;

std::string ErrorBody(absl::string_view description) {
  return absl::StrCat(R"({"statusCode":"ERROR","responseStatusDetails":[{"description":")",
                      description, R"(","type":"Exception"}]})");
}

std::string ResultBody(absl::string_view result) {
  return absl::StrCat(R"({"statusCode":"SUCCESSFUL","content":{"result":)", result, "}}");
}

template <typename Request>
ReplyReader Reader(std::string endpoint, absl::string_view result) {
  std::vector<ReplyBody> bodies = upstream::CommonBodies(ResultBody(result));
  bodies.push_back({"quota_exceeded", ErrorBody("Quota Exceeded")});
  bodies.push_back({"not_approved", ErrorBody("Product is not activated yet by Admin")});
  bodies.push_back(
      {"not_activated", ErrorBody("Product is not activated. Please Check Available Products in "
                                  "Manage Product Menu")});
  bodies.push_back({"other_error", ErrorBody("Face not found")});
  bodies.push_back({"status_failed", ResultBody(R"({"status":"failed"})")});
  return {std::move(endpoint), std::move(bodies), [](const upstream::HttpResponse& response) {
            json::Deviations deviations;
            return FromHttp(response, Request(), deviations).status();
          }};
}

class ReplyTable : public testing::TestWithParam<ReplyReader> {};

TEST_P(ReplyTable, IsTheGoldenOne) {
  const std::vector<std::string> rows = ReplyRows(GetParam());
  if (upstream::UpdateGoldenRows(GetParam().endpoint, rows)) return;
  // As one text: then only the lines that differ are shown.
  EXPECT_EQ(absl::StrJoin(upstream::GoldenRows(GetParam().endpoint), "\n"),
            absl::StrJoin(rows, "\n"));
}

INSTANTIATE_TEST_SUITE_P(
    All, ReplyTable,
    testing::Values(
        Reader<::widekyc::v1::DetectLivenessRequest>("passive-liveness",
                                                     R"({"status":"success","result":"True"})"),
        Reader<::widekyc::v1::RecognizeIdRequest>("id-recognize",
                                                  R"({"status":"success","data":{"nik":"1"}})"),
        Reader<::widekyc::v1::ValidateIdRequest>("id-validation",
                                                 R"({"status":"success","data":{"nik":true}})")));

}  // namespace
}  // namespace kyc::widekyc
