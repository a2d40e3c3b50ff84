#include "server/config/field_lines.h"

#include <string>

#include "gtest/gtest.h"
#include "kyc/config/v1/config.pb.h"

namespace kyc::config {
namespace {

TEST(FieldLines, FieldIsFoundOrTheBlockAroundIt) {
  const std::string text =
      "grpc { listen: \"x\" }\n"             // 1
      "webhook {\n"                          // 2
      "  accounts { name: \"a\" }\n"         // 3
      "  accounts {\n"                       // 4
      "    name: \"b\"\n"                    // 5
      "    callback_token_files: [\"c\",\n"  // 6
      "                           \"d\"]\n"  // 7
      "  }\n"                                // 8
      "}\n";                                 // 9
  google::protobuf::TextFormat::Parser parser;
  google::protobuf::TextFormat::ParseInfoTree tree;
  parser.WriteLocationsTo(&tree);
  v1::Config config;
  ASSERT_TRUE(parser.ParseFromString(text, &config));
  const struct {
    const char* field;
    int line;
  } kCases[] = {
      {"grpc.listen", 1},
      {"grpc", 1},
      {"grpc.max_streams", 1},
      {"webhook.accounts[0].name", 3},
      {"webhook.accounts[1].name", 5},
      {"webhook.accounts[1]", 4},
      {"webhook.accounts[2].name", 2},
      {"webhook.accounts[1].callback_token_files[1]", 6},
      {"webhook.accounts[0].callback_token_files", 3},
      {"webhook.listen", 2},
      {"admin.listen", 0},
      {"config", 0},
      {"", 0},
  };
  for (const auto& [field, line] : kCases) {
    EXPECT_EQ(LineOf(field, *v1::Config::descriptor(), tree), line) << field;
  }
}

}  // namespace
}  // namespace kyc::config
