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

TEST(Command, OwnSpellingTakesFlagsAnywhere) {
  const auto command = ParseCommand({"call", "h:1", "p.S/M", "-d", "@"});
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_TRUE(command->data_from_stdin);
  EXPECT_EQ(command->symbol, "p.S/M");
}

TEST(Command, WatchReadsItsFlags) {
  const auto command = ParseCommand({"watch", "h:1", "--cursor-file", "c", "--from", "earliest",
                                     "--reference", "r1", "--reference=r2", "--full"});
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_EQ(command->cursor_file, "c");
  EXPECT_TRUE(command->from_earliest);
  EXPECT_TRUE(command->full_view);
  EXPECT_THAT(command->references, ElementsAre("r1", "r2"));
}

TEST(Command, TlsIsSpokenWhereItIsAskedForAndByGrpcurlUnlessItIsToldNotTo) {
  EXPECT_FALSE(ParseCommand({"list", "h:1"})->tls);
  EXPECT_FALSE(ParseCommand({"grpcurl", "-plaintext", "h:1", "list"})->tls);
  EXPECT_TRUE(ParseCommand({"grpcurl", "h:1", "list"})->tls);
  EXPECT_TRUE(ParseCommand({"watch", "h:1", "--tls"})->tls);
  const auto own =
      ParseCommand({"watch", "h:1", "--ca", "a", "--cert=c", "--key", "k", "--token-file", "t"});
  ASSERT_TRUE(own.ok()) << own.status();
  const auto grpcurl = ParseCommand(
      {"grpcurl", "-cacert", "a", "-cert=c", "-key", "k", "-token-file", "t", "h:1", "list"});
  ASSERT_TRUE(grpcurl.ok()) << grpcurl.status();
  for (const Command& command : {*own, *grpcurl}) {
    EXPECT_TRUE(command.tls);
    EXPECT_EQ(command.ca_file, "a");
    EXPECT_EQ(command.certificate_file, "c");
    EXPECT_EQ(command.key_file, "k");
    EXPECT_EQ(command.token_file, "t");
  }
}

TEST(Command, HelpAndVersionAreAskedForAnywhere) {
  EXPECT_EQ(ParseCommand({"help"})->verb, Verb::kHelp);
  EXPECT_EQ(ParseCommand({"--help"})->verb, Verb::kHelp);
  EXPECT_EQ(ParseCommand({"watch", "--help"})->verb, Verb::kHelp);
  EXPECT_EQ(ParseCommand({"grpcurl", "-help"})->verb, Verb::kHelp);
  EXPECT_EQ(ParseCommand({"--version"})->verb, Verb::kVersion);
  EXPECT_EQ(ParseCommand({"grpcurl", "-version"})->verb, Verb::kVersion);
}

TEST(Command, FaultsAreNamed) {
  EXPECT_THAT(Fault({}), HasSubstr("nothing was asked for"));
  EXPECT_THAT(Fault({"fly"}), HasSubstr("unknown command fly"));
  EXPECT_THAT(Fault({"call", "h:1"}), HasSubstr("call wants more words"));
  EXPECT_THAT(Fault({"list", "h:1", "a", "b"}), HasSubstr("too many words: b"));
  EXPECT_THAT(Fault({"watch", "h:1", "--from", "never"}), HasSubstr("earliest or latest"));
  EXPECT_EQ(Fault({"call", "h:1", "m", "-H", "Bearer token"}), "-H wants 'name: value'");
  EXPECT_THAT(Fault({"call", "h:1", "m", "-max-time", "soon"}), HasSubstr("wants seconds"));
  EXPECT_THAT(Fault({"call", "h:1", "m", "-d"}), HasSubstr("lacks its value"));
  EXPECT_THAT(Fault({"call", "h:1", "m", "-insecure=x"}), HasSubstr("unknown flag -insecure"));
  EXPECT_THAT(Fault({"list", "h:1", "--cert", "c"}), HasSubstr("-cert and -key go together"));
  EXPECT_THAT(Fault({"grpcurl", "-plaintext", "-cacert", "c", "h:1", "list"}),
              HasSubstr("-plaintext goes neither with -tls nor with files"));
  EXPECT_THAT(Fault({"grpcurl", "-plaintext", "h:1", "-d", "{}"}), HasSubstr("before the address"));
}

}  // namespace
}  // namespace kyc::client
