#include "server/command_line.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace kyc {
namespace {

using Task = CommandLine::Task;

CommandLine Read(const std::vector<std::string>& arguments) {
  const auto line = ReadCommandLine(arguments);
  EXPECT_TRUE(line.ok()) << line.status();
  return line.value_or(CommandLine());
}

std::string Fault(const std::vector<std::string>& arguments) {
  return std::string(ReadCommandLine(arguments).status().message());
}

TEST(CommandLine, ValueIsAttachedOrFollows) {
  EXPECT_EQ(Read({"--config", "a"}).config, "a");
  EXPECT_EQ(Read({"--config=a=b"}).config, "a=b");
  EXPECT_EQ(Read({"--config", "--check"}).config, "--check");
  EXPECT_EQ(Read({"--config", "a", "--config", "b"}).config, "b");
}

TEST(CommandLine, FlagsSayWhatToDo) {
  EXPECT_EQ(Read({"--config", "a"}).task, Task::kServe);
  EXPECT_FALSE(Read({"--config", "a"}).allow_core_dumps);
  EXPECT_TRUE(Read({"--allow-core-dumps", "--config", "a"}).allow_core_dumps);
  EXPECT_EQ(Read({"--config", "a", "--check"}).task, Task::kCheck);
  EXPECT_EQ(Read({"--config", "a", "--backup", "b"}).task, Task::kBackup);
  EXPECT_EQ(Read({"--config", "a", "--backup=b"}).backup, "b");
  EXPECT_EQ(Read({"--config", "a", "--ask", "/readyz"}).task, Task::kAsk);
  EXPECT_EQ(Read({"--config", "a", "--ask=/readyz"}).ask, "/readyz");
  EXPECT_EQ(Read({"--help", "--check"}).task, Task::kHelp);
  EXPECT_EQ(Read({"--check", "--version"}).task, Task::kVersion);
}

TEST(CommandLine, FaultsQuoteNoValue) {
  EXPECT_EQ(Fault({}), "say which configuration: --config FILE");
  EXPECT_EQ(Fault({"--check"}), "say which configuration: --config FILE");
  EXPECT_EQ(Fault({"--config", ""}), "say which configuration: --config FILE");
  EXPECT_EQ(Fault({"--config", "a", "--backup="}), "say where to: --backup FILE");
  EXPECT_EQ(Fault({"--backup", "b"}), "say which configuration: --config FILE");
  EXPECT_EQ(Fault({"--config", "a", "--ask", "readyz"}),
            "say for which page, such as --ask /readyz");
  EXPECT_EQ(Fault({"--config"}), "--config needs a FILE");
  EXPECT_EQ(Fault({"--confg=secret"}), "unknown flag --confg");
  EXPECT_EQ(Fault({"--check=secret"}), "--check takes no value");
  EXPECT_EQ(Fault({"--check", "secret"}), "argument 2 is no flag");
  EXPECT_EQ(Fault({"-h"}), "argument 1 is no flag");
}

TEST(CommandLine, UsageNamesEveryFlagAndStatus) {
  const std::string usage = Usage();
  for (const char* words :
       {"--config FILE", "--check", "--backup FILE", "--ask PATH", "--allow-core-dumps", "--help",
        "--version", "\n  0  ", "\n  1  ", "\n  2  "}) {
    EXPECT_TRUE(absl::StrContains(usage, words)) << words;
  }
}

}  // namespace
}  // namespace kyc
