#include "server/config/in_use.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "server/config/reloaded_part.h"

namespace kyc::config {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;
using testing::HasSubstr;
using testing::Not;

// Writes every field there is, with one of each that may be repeated; `text` for every text but
// names, which stay the same.
void Fill(Message& block, const std::string& text) {
  const auto& reflection = *block.GetReflection();
  for (int i = 0; i < block.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = block.GetDescriptor()->field(i);
    if (field->message_type() != nullptr) {
      Fill(field->is_repeated() ? *reflection.AddMessage(&block, field)
                                : *reflection.MutableMessage(&block, field),
           text);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      const std::string value = field->name() == "name" ? "name" : text;
      if (field->is_repeated()) {
        reflection.AddString(&block, field, value);
      } else {
        reflection.SetString(&block, field, value);
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
      reflection.SetBool(&block, field, true);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
      reflection.SetInt32(&block, field, 7);
    }
  }
}

v1::Config Filled(const std::string& text) {
  v1::Config config;
  Fill(config, text);
  return config;
}

std::string TextOf(const v1::Config& config) { return InUse(config.SerializeAsString()).Text(); }

// How often `word` is the value of a field.
int64_t Count(const std::string& text, const std::string& word) {
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  return std::count_if(lines.begin(), lines.end(),
                       [&](const std::string& line) { return absl::EndsWith(line, ": " + word); });
}

TEST(InUse, IsWrittenAsTheFileIs) {
  v1::Config config;
  ASSERT_TRUE(TextFormat::ParseFromString(R"(
      widekyc {
        server_url: "https://widekyc.example"
        accounts { name: "main" token_file: "secrets/hidden" }
        upstream { slots: 9 attempt_timeout { seconds: 3 nanos: 500000000 } max_waiting: 0
                   proxy { url: "http://proxy:3128" user: "hidden" } }
      }
      log_format: "json")",
                                          &config));
  const std::string text = TextOf(config);
  for (const char* expected :
       {"grpc: none\n", "\nwidekyc {\n  server_url: \"https://widekyc.example\"\n",
        "  accounts {\n    name: \"main\"\n    token_file: set\n  }\n", "    slots: 9\n",
        "    attempt_timeout: 3.5s\n", "    connect_timeout: default\n", "    max_waiting: 0\n",
        "      user: set\n      password_file: unset\n", "    extra_headers: none\n",
        "    send_traceparent: false\n", "\nlog_level: default\n", "\nlog_format: \"json\"\n"}) {
    EXPECT_THAT(text, HasSubstr(expected));
  }
  EXPECT_THAT(text, Not(HasSubstr("hidden")));
}

// Where a text is new it is not shown until somebody says that it may be.
TEST(InUse, NoTextThatNamesASecretIsShown) {
  const std::string text = TextOf(Filled("hidden"));
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::StrContains(line, "\"hidden\"")) continue;
    for (const char* word : {"token", "pass", "key", "secret", "sha256", "iv_file", "value"}) {
      EXPECT_FALSE(absl::StrContains(line, word)) << line;
    }
  }
  EXPECT_GE(Count(text, "set"), 15);
  EXPECT_EQ(Count(text, "unset"), 0);
}

// So that a field that ClearReloaded names is not forgotten in TakeReloaded.
TEST(InUse, WhatIsReloadedIsTheNewOnesAndAllElseStays) {
  const v1::Config before = Filled("before");
  const v1::Config after = Filled("after");
  v1::Config taken = before;
  TakeReloaded(after, taken);
  v1::Config fixed = taken, fixed_before = before, fixed_after = after;
  for (v1::Config* each : {&fixed, &fixed_before, &fixed_after}) ClearReloaded(*each);
  EXPECT_EQ(fixed.ShortDebugString(), fixed_before.ShortDebugString());
  const auto afters = [](const v1::Config& config) {
    const std::string text = config.DebugString();
    return Count(text, "\"after\"");
  };
  EXPECT_GT(afters(taken), 10);
  EXPECT_EQ(afters(taken), afters(after) - afters(fixed_after));
}

TEST(InUse, TellsWhatWasTakenOver) {
  v1::Config config;
  config.set_log_level("info");
  config.set_log_format("json");
  InUse in_use(config.SerializeAsString());
  config.set_log_level("debug");
  config.set_log_format("text");
  in_use.TakeOver(config.SerializeAsString());
  EXPECT_THAT(in_use.Text(), HasSubstr("\nlog_level: \"debug\"\n"));
  EXPECT_THAT(in_use.Text(), HasSubstr("\nlog_format: \"json\"\n"));
}

}  // namespace
}  // namespace kyc::config
