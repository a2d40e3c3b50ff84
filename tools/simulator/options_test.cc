#include "tools/simulator/options.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace kyc::simulator {
namespace {

std::string FileWith(const std::string& name, const std::string& text) {
  const std::string path = std::string(std::getenv("TEST_TMPDIR")) + "/" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

TEST(CommandLineTest, DefaultsAreTheDocumentsSamples) {
  const CommandLine line = ReadCommandLine({});
  EXPECT_EQ(line.fault, "");
  EXPECT_EQ(line.options.host, "127.0.0.1");
  EXPECT_EQ(line.options.port, 18090);
  EXPECT_EQ(line.options.notifier.port, "8081");
  EXPECT_EQ(line.options.notifier.target, "/v1.0/snap/account/upgrade/notify");
}

TEST(CommandLineTest, BothWaysOfValuesAreRead) {
  const CommandLine line = ReadCommandLine(
      {"--listen", "127.0.0.2:0", "--notify-url=http://gateway/n", "--quiet", "--delay-ms=7"});
  EXPECT_EQ(line.fault, "");
  EXPECT_EQ(line.options.host, "127.0.0.2");
  EXPECT_EQ(line.options.port, 0);
  EXPECT_EQ(line.options.notifier.host, "gateway");
  EXPECT_EQ(line.options.notifier.port, "80");
  EXPECT_EQ(line.options.notifier.target, "/n");
  EXPECT_TRUE(line.options.quiet);
  EXPECT_EQ(line.options.delay.count(), 7);
}

TEST(CommandLineTest, EmptyNotifyUrlSendsNothing) {
  EXPECT_EQ(ReadCommandLine({"--notify-url="}).options.notifier.host, "");
}

TEST(CommandLineTest, SecretLosesOnlyItsLastLineEnd) {
  const CommandLine line =
      ReadCommandLine({"--widekyc-token-file", FileWith("token", " a token \n\n")});
  EXPECT_EQ(line.options.widekyc_token, " a token \n");
}

TEST(CommandLineTest, FaultsAreNamed) {
  const std::string shorter = FileWith("short", "123\n");
  const std::string empty = FileWith("empty", "\n");
  const auto fault = [](std::vector<std::string> arguments) {
    return ReadCommandLine(arguments).fault;
  };
  EXPECT_EQ(fault({"--nothing"}), "unknown flag --nothing");
  EXPECT_EQ(fault({"--listen"}), "--listen needs a value");
  EXPECT_EQ(fault({"--listen", "8080"}), "--listen must be ADDRESS:PORT");
  EXPECT_EQ(fault({"--listen", "x:65536"}), "--listen is no number in range");
  EXPECT_EQ(fault({"--delay-ms", "-1"}), "--delay-ms is no number in range");
  EXPECT_EQ(fault({"--quiet=yes"}), "unknown flag --quiet");
  EXPECT_EQ(fault({"--finpay-key-file", shorter}), "--finpay-key-file must hold 16 bytes");
  EXPECT_EQ(fault({"--widekyc-token-file", empty}), "--widekyc-token-file is empty");
  EXPECT_EQ(fault({"--widekyc-token-file", empty + "x"}), "--widekyc-token-file cannot be read");
  EXPECT_EQ(fault({"--notify-url", "https://x"}), "--notify-url must begin with http://");
  EXPECT_EQ(fault({"--notify-shape", "side"}), "--notify-shape must be top or inside");
}

}  // namespace
}  // namespace kyc::simulator
