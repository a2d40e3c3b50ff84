#include "server/netzme/webhook/masked_body.h"

#include "gtest/gtest.h"

namespace kyc::netzme {
namespace {

struct MaskedCase {
  std::string name;
  std::string body;
  std::string masked;
};

TEST(MaskedBody, EachBodyIsMaskedAsListed) {
  const MaskedCase cases[] = {
      {"KeysStay", R"({"status" : "approved","n":-12.5e3,"b":true,"z":null})",
       R"({"status" : "********","n":-**.***,"b":****,"z":****})"},
      {"PunctuationStays", R"({"url":"https://a.b/c?d=1"})", R"({"url":"*****://*.*/*?*=*"})"},
      {"NestedAndLists", R"({"a":{"b":["x y",{"c":"1"}]}})", R"({"a":{"b":["* *",{"c":"*"}]}})"},
      {"KeyTextAsValue", R"({"a":"b","c":["status","a"]})", R"({"a":"*","c":["******","*"]})"},
      {"NumberAsKey", R"({"3201010101010001":"a","n3201":1})",
       R"({"****************":"*","*****":*})"},
      {"NamesAsKeys", R"({"Ani Suryani":1,"ani@a.id":2,"":3})",
       R"({"*** *******":*,"***@*.**":*,"":*})"},
      {"NotAsciiKey", "{\"\xc3\xa9\":1,\"\\u0041\":1}", R"({"*":*,"\*****":*})"},
      {"WordsAsKeys", R"({"original_reference-No2":1,"_a":1})",
       R"({"original_reference-No2":*,"_*":*})"},
      {"EscapedQuoteIsNoEnd", R"({"a":"x\":\"y"})", R"({"a":"*\":\"*"})"},
      {"EscapedBackslashIsAnEnd", R"({"a":"x\\","b":"y"})", R"({"a":"*\\","b":"*"})"},
      {"UnicodeEscape", R"({"a":"\u0041b"})", R"({"a":"\******"})"},
      {"NotAscii", "{\"a\":\"\xc3\xa9\xe2\x82\xac\"}", R"({"a":"**"})"},
      {"NotJsonLosesItsKeys", R"({"name":"Ani","name":"Budi"})", R"({"****":"***","****":"****"})"},
      {"Cut", R"({"name":"Ani sur)", R"({"****":"*** ***)"},
      {"Form", "name=Ani&nik=123", "****=***&***=***"},
      {"NotUtf8", "\xff\x01{a", "**{*"},
      {"Empty", "", ""},
  };
  for (const MaskedCase& c : cases) {
    EXPECT_EQ(MaskedBody(c.body), c.masked) << c.name;
  }
}

TEST(MaskedBody, LongBodyIsCutBetweenCharacters) {
  std::string body = "{\"a\":\"";
  for (int i = 0; i < 5000; ++i) body += "\xc3\xa9";
  body += "\"}";
  EXPECT_EQ(MaskedBody(body), R"({"a":")" + std::string(4090, '*'));
}

}  // namespace
}  // namespace kyc::netzme
