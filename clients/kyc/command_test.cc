#include "clients/kyc/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kyc::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::string Fault(const std::vector<std::string>& arguments) {
  return std::string(ParseCommand(arguments).status().message());
}

TEST(Command, GrpcurlCallWithFlagsIsReadAsGrpcurlReadsIt) {
  const auto command = ParseCommand({"grpcurl", "-plaintext", "-d", "{\"a\":1}", "-H",
                                     "X-Test: one", "-H=authorization: Bearer a:b",
                                     "--max-time=1.5", "-emit-defaults", "host:1", "p.S/M"});
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_EQ(command->verb, Verb::kCall);
  EXPECT_EQ(command->address, "host:1");
  EXPECT_EQ(command->symbol, "p.S/M");
  EXPECT_EQ(command->data, "{\"a\":1}");
  EXPECT_EQ(command->max_time, absl::Milliseconds(1500));
  EXPECT_TRUE(command->emit_defaults);
  EXPECT_THAT(command->headers,
              ElementsAre(Pair("x-test", "one"), Pair("authorization", "Bearer a:b")));
}

TEST(Command, GrpcurlListAndDescribeTakeAnOptionalSymbol) {
  EXPECT_EQ(ParseCommand({"grpcurl", "-plaintext", "h:1", "list"})->symbol, "");
  EXPECT_EQ(ParseCommand({"grpcurl", "-plaintext", "h:1", "list", "p.S"})->symbol, "p.S");
  EXPECT_EQ(ParseCommand({"grpcurl", "-plaintext", "h:1", "list"})->verb, Verb::kList);
  EXPECT_EQ(ParseCommand({"grpcurl", "-plaintext", "h:1", "describe"})->verb, Verb::kDescribe);
}

TEST(Command, DataMayComeFromStandardInput) {
  const auto command = ParseCommand({"grpcurl", "-d", "@", "h:1", "p.S/M"});
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_TRUE(command->data_from_stdin);
}

TEST(Command, HowMuchIsSaidAndInWhichForm) {
  const auto read = [](const char* flag) {
    return *ParseCommand({"grpcurl", flag, "-plaintext", "h:1", "p.S/M"});
  };
  EXPECT_EQ(read("-plaintext").verbosity, Verbosity::kQuiet);
  EXPECT_EQ(read("-v").verbosity, Verbosity::kVerbose);
  EXPECT_EQ(read("-vv").verbosity, Verbosity::kVeryVerbose);
  EXPECT_EQ(read("-v").format, Format::kJson);
  EXPECT_EQ(read("-format=text").format, Format::kText);
  EXPECT_THAT(Fault({"grpcurl", "-format", "yaml", "h:1", "m"}), HasSubstr("'json' or 'text'"));
}

TEST(Command, TlsIsSpokenWhereItIsNotForbidden) {
  EXPECT_FALSE(ParseCommand({"grpcurl", "-plaintext", "h:1", "list"})->tls);
  EXPECT_TRUE(ParseCommand({"grpcurl", "h:1", "list"})->tls);
  const auto command = ParseCommand(
      {"grpcurl", "-cacert", "a", "-cert=c", "-key", "k", "-token-file", "t", "h:1", "list"});
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_TRUE(command->tls);
  EXPECT_EQ(command->ca_file, "a");
  EXPECT_EQ(command->certificate_file, "c");
  EXPECT_EQ(command->key_file, "k");
  EXPECT_EQ(command->token_file, "t");
}

TEST(Command, HelpAndVersionAreAskedForAnywhere) {
  EXPECT_EQ(ParseCommand({"grpcurl", "-help"})->verb, Verb::kHelp);
  EXPECT_EQ(ParseCommand({"grpcurl", "h:1", "--help"})->verb, Verb::kHelp);
  EXPECT_EQ(ParseCommand({"grpcurl", "-version"})->verb, Verb::kVersion);
}

TEST(Command, FaultsAreNamed) {
  const auto fault = [](std::vector<std::string> words) {
    words.insert(words.begin(), "grpcurl");
    return Fault(words);
  };
  EXPECT_THAT(fault({"h:1"}), HasSubstr("wanted: ADDRESS"));
  EXPECT_THAT(fault({"h:1", "list", "a", "b"}), HasSubstr("too many words: b"));
  EXPECT_EQ(fault({"-H", "Bearer token", "h:1", "m"}), "-H wants 'name: value'");
  EXPECT_THAT(fault({"-max-time", "soon", "h:1", "m"}), HasSubstr("wants seconds"));
  EXPECT_THAT(fault({"-d"}), HasSubstr("lacks its value"));
  EXPECT_THAT(fault({"-insecure=x", "h:1", "m"}), HasSubstr("unknown flag -insecure"));
  EXPECT_THAT(fault({"-plaintxt", "h:1", "m"}),
              HasSubstr("unknown flag -plaintxt; did you mean -plaintext?"));
  EXPECT_THAT(fault({"--cert", "c", "h:1", "list"}), HasSubstr("-cert and -key go together"));
  EXPECT_THAT(fault({"-plaintext", "-cacert", "c", "h:1", "list"}),
              HasSubstr("-plaintext goes neither with -tls nor with files"));
  EXPECT_THAT(fault({"-plaintext", "h:1", "-d", "{}"}), HasSubstr("before the address"));
}

}  // namespace
}  // namespace kyc::client
