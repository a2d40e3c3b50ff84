#include "server/netzme/webhook/content_type.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_join.h"

namespace kyc::netzme {
namespace {

struct TypeCase {
  std::vector<std::string> values;
  ContentType type;
};

TEST(ContentType, EachIsJudgedAsListed) {
  constexpr ContentType kJson = ContentType::kJson;
  constexpr ContentType kMeansJson = ContentType::kMeansJson;
  constexpr ContentType kOther = ContentType::kOther;
  const TypeCase cases[] = {
      {{"application/json"}, kJson},
      {{"Application/JSON"}, kJson},
      {{"application/json; charset=utf-8"}, kJson},
      {{"application/json ;charset=\"UTF-8\""}, kJson},
      {{"application/json;version=1; Charset=UTF8"}, kJson},

      {{}, kMeansJson},
      {{""}, kMeansJson},
      {{"; charset=utf-8"}, kMeansJson},
      {{"text/json"}, kMeansJson},
      {{"Text/JSON; charset=utf-8"}, kMeansJson},
      {{"application/x-json"}, kMeansJson},
      {{"application/vnd.netzme.notification+json"}, kMeansJson},
      {{"application/problem+json;a=b"}, kMeansJson},
      {{"application/json; charset=iso-8859-1"}, kMeansJson},
      {{"application/json", "application/json"}, kMeansJson},

      {{"text/plain"}, kOther},
      {{"json"}, kOther},
      {{"application/jsonp"}, kOther},
      {{"application/x-www-form-urlencoded"}, kOther},
      {{"application/json, text/plain"}, kOther},
      {{"text/plain, application/json"}, kOther},
      {{"application/json", "text/plain"}, kOther},
  };
  for (const TypeCase& c : cases) {
    http::Headers headers = {{"accept", "text/plain"}};
    for (const std::string& value : c.values) headers.emplace_back("content-type", value);
    EXPECT_EQ(ContentTypeOf(headers), c.type) << absl::StrJoin(c.values, " and ");
  }
}

}  // namespace
}  // namespace kyc::netzme
