#include "server/config/text_fault.h"

#include <ostream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "kyc/config/v1/config.pb.h"

namespace kyc::config {
namespace {

// The first fault of a text, found by the real parser, as "line:column: field: what".
class FirstFault : public google::protobuf::io::ErrorCollector {
 public:
  explicit FirstFault(const std::string& text) : text_(text) {
    google::protobuf::TextFormat::Parser parser;
    parser.RecordErrorsTo(this);
    parser.AllowUnknownField(true);
    v1::Config config;
    parser.ParseFromString(text, &config);
  }
  void AddError(int line, int column, const std::string& words) override {
    if (!fault_.empty()) return;
    fault_ = absl::StrCat(line + 1, ":", column + 1, ": ",
                          TextFault(text_, line, column, words, *v1::Config::descriptor()->file()));
  }
  void AddWarning(int line, int column, const std::string& words) override {
    AddError(line, column, words);
  }
  const std::string& text() const { return fault_; }

 private:
  const std::string& text_;
  std::string fault_;
};

struct Case {
  const char* name;
  const char* text;
  const char* fault;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class TextFaultTest : public testing::TestWithParam<Case> {};

TEST_P(TextFaultTest, NamesFieldAndPlaceAndShowsNothing) {
  const std::string text = GetParam().text;
  const FirstFault fault(text);
  EXPECT_EQ(fault.text(), GetParam().fault);
  EXPECT_FALSE(absl::StrContains(fault.text(), "hidden"));
}

INSTANTIATE_TEST_SUITE_P(
    Config, TextFaultTest,
    testing::Values(
        Case{"Bareword", "grpc { listen: hidden-token }", "1:16: listen: must be text in quotes"},
        Case{"TextForNumber", "grpc { max_streams: \"hidden\" }",
             "1:21: max_streams: must be a whole number"},
        Case{"NumberTooLarge", "grpc { max_streams: 99999999999 }",
             "1:21: max_streams: is a number out of range"},
        Case{"TextForBool", "admin {\n  insecure_plaintext_i_understand: hidden }",
             "2:43: insecure_plaintext_i_understand: must be true or false"},
        Case{"UnknownName", "event_log { postgres { durability: hidden } }",
             "1:43: durability: must be one of the names that config.proto gives"},
        Case{"Twice", "log_level: \"hidden\" log_level: \"hidden\"",
             "1:30: log_level: is there twice"},
        Case{"OneOf", "event_log { sqlite {} postgres {} }",
             "1:32: postgres: is there beside another one of which only one may be"},
        Case{"UnknownField", "hidden: 1", "1:7: Config has no such field"},
        Case{"ResemblingField", "grpc { listne: \"hidden\" }",
             "1:14: Grpc has no such field; the nearest is listen"},
        Case{"BracesForText", "grpc { listen { hidden: 1 } }",
             "1:15: listen: must be followed by :"},
        Case{"TextForBlock", "admin: \"hidden\"", "1:8: admin: must be followed by {"},
        Case{"OpenQuote", "log_level: \"hidden\n",
             "1:19: log_level: is text whose quote is not "
             "closed in its line"},
        Case{"OpenQuoteAtTheEnd", "log_level: \"hidden",
             "1:19: log_level: is text whose quote is not closed"},
        Case{"Escape", "log_level: \"\\hidden\"",
             "1:14: log_level: is text with a backslash and what may not follow one"},
        Case{"SignAlone", "= hidden",
             "1:1: what stands there must be followed by the name of a "
             "field"},
        Case{"Extension", "[hidden.secret]: 1", "1:16: what stands there cannot be read"},
        Case{"TabsBefore", "grpc {\n\t\tlisten: hidden }", "2:25: listen: must be text in quotes"},
        Case{"NamesInTextsAndComments",
             "grpc { listen: \"callers: hidden\" # admin: hidden\n  max_streams: hidden }",
             "2:16: max_streams: must be a whole number"}),
    [](const testing::TestParamInfo<Case>& c) { return c.param.name; });

}  // namespace
}  // namespace kyc::config
