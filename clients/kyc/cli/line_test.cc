#include "clients/kyc/cli/line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "clients/kyc/cli/complete.h"
#include "clients/kyc/cli/exit.h"

namespace kyc::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

// What the command last run in this process was given.
struct Given {
  std::string word, data, kind = "text";
  std::vector<std::string> many;
  bool full = false;
  int64_t count = 5;
};
Given given;

class Probe : public Command {
 public:
  Probe() { given = Given(); }
  void Declare(Options& options) override {
    options.Word("WORD", given_.word, "a word", Need::kRequired);
    options.Text("-d,--data", "JSON", given_.data, "data");
    options.Choice("--kind", given_.kind, {"text", "json"}, "kind");
    options.Texts("--reference", "R", given_.many, "references");
    options.Switch("--full", given_.full, "all");
    options.Number("--count", "N", given_.count, 1, 10, "how many");
  }
  int Run(Session&) override {
    given = given_;
    return kDone;
  }

 private:
  Given given_;
};

constexpr Entry kEntries[] = {
    {"Group", "probe", "Probes", "kyc probe x", Make<Probe>},
    {"Group", "deep", "Words that follow", "", nullptr},
    {"Group", "deep probe", "Probes deeper", "kyc deep probe x", Make<Probe>}};

std::variant<Asked, Told> Read(std::vector<std::string> words) { return ReadLine(kEntries, words); }

Asked Good(std::vector<std::string> words) {
  auto line = Read(std::move(words));
  EXPECT_TRUE(std::holds_alternative<Asked>(line));
  if (const auto* told = std::get_if<Told>(&line)) {
    ADD_FAILURE() << told->text;
    return {};
  }
  Asked asked = std::get<Asked>(std::move(line));
  Session session{.in = std::cin, .out = std::cout, .err = std::cerr};
  EXPECT_EQ(asked.command->Run(session), kDone);
  return asked;
}

std::string Fault(std::vector<std::string> words) {
  auto line = Read(std::move(words));
  const auto* told = std::get_if<Told>(&line);
  if (told == nullptr) return "";
  EXPECT_EQ(told->exit, kWrongCommand);
  return told->text;
}

TEST(Line, OptionsStandAnywhereAndThoseOfEveryCommandToo) {
  const Asked asked =
      Good({"--json", "probe", "--address", "h:1", "w", "-d", "{\"a\": 1}", "--kind", "json",
            "--timeout", "1.5", "-H", "X-Test: a:b", "--count=7"});
  EXPECT_TRUE(asked.json);
  EXPECT_EQ(asked.access.address, "h:1");
  EXPECT_EQ(asked.timeout, absl::Seconds(1.5));
  EXPECT_THAT(asked.headers, ElementsAre(Pair("x-test", "a:b")));
  EXPECT_EQ(given.word, "w");
  EXPECT_EQ(given.data, "{\"a\": 1}");
  EXPECT_EQ(given.kind, "json");
  EXPECT_EQ(given.count, 7);
}

TEST(Line, AnOptionThatRepeatsTakesOneValueEachTime) {
  Good({"deep", "probe", "--reference", "a", "w", "--reference=b"});
  EXPECT_THAT(given.many, ElementsAre("a", "b"));
  EXPECT_EQ(given.word, "w");
}

TEST(Line, GosSpellingOfOldOptionsIsTaken) {
  const Asked asked = Good({"probe", "w", "-max-time", "2", "-cacert=c", "-full"});
  EXPECT_EQ(asked.timeout, absl::Seconds(2));
  EXPECT_EQ(asked.access.ca_file, "c");
  EXPECT_TRUE(given.full);
}

TEST(Line, AValueMayLookLikeAnOption) {
  Good({"probe", "w", "-d", "-1"});
  EXPECT_EQ(given.data, "-1");
}

TEST(Line, HelpIsToldOfTheCommandThatItIsAskedOf) {
  for (std::vector<std::string> words :
       {std::vector<std::string>{"deep", "probe", "--help"}, {"deep", "probe", "-h"}}) {
    auto line = Read(words);
    ASSERT_TRUE(std::holds_alternative<Told>(line));
    EXPECT_EQ(std::get<Told>(line).exit, kDone);
    EXPECT_THAT(std::get<Told>(line).text, HasSubstr("Usage: kyc deep probe [OPTIONS] WORD"));
    EXPECT_THAT(std::get<Told>(line).text, HasSubstr("Example:\n  kyc deep probe x\n"));
  }
}

TEST(Line, FaultsAreNamedAndQuoteNoHeader) {
  EXPECT_THAT(Fault({}), HasSubstr("Usage: kyc"));
  EXPECT_THAT(Fault({"deep"}), HasSubstr("Usage: kyc deep"));
  EXPECT_THAT(Fault({"fly"}), HasSubstr("fly"));
  EXPECT_THAT(Fault({"probe"}), HasSubstr("WORD is required\nTry: kyc probe --help\n"));
  EXPECT_THAT(Fault({"probe", "a", "b"}), HasSubstr("b"));
  EXPECT_THAT(Fault({"probe", "a", "--kind", "xml"}), HasSubstr("wants text|json"));
  EXPECT_THAT(Fault({"probe", "a", "--count", "11"}), HasSubstr("a number from 1 to 10"));
  EXPECT_THAT(Fault({"probe", "a", "--timeout", "soon"}), HasSubstr("wants seconds"));
  EXPECT_THAT(Fault({"probe", "a", "--tls", "--plaintext"}), HasSubstr("do not go together"));
  EXPECT_THAT(Fault({"probe", "a", "-d"}), HasSubstr("--data"));
  EXPECT_THAT(Fault({"probe", "a", "--frob"}), HasSubstr("--frob"));
  EXPECT_EQ(Fault({"probe", "a", "-H", "Bearer token"}),
            "kyc: -H wants 'name: value'\nTry: kyc probe --help\n");
}

TEST(Line, WhatWasMeantIsSuggested) {
  EXPECT_THAT(Fault({"prob", "w"}), HasSubstr("prob; did you mean probe?\nTry: kyc --help\n"));
  EXPECT_THAT(Fault({"deep", "prbe"}), HasSubstr("did you mean probe?\nTry: kyc deep --help\n"));
  EXPECT_THAT(Fault({"probe", "w", "--cuont", "3"}), HasSubstr("did you mean --count?"));
  EXPECT_THAT(Fault({"probe", "w", "--jsn"}), HasSubstr("did you mean --json?"));
  EXPECT_THAT(Fault({"probe", "w", "--refrence=r"}), HasSubstr("did you mean --reference?"));
  EXPECT_THAT(Fault({"something"}), Not(HasSubstr("did you mean")));
}

TEST(Line, AShellIsOfferedWhatMayStandThere) {
  const auto offered = [](std::vector<std::string> words) { return Complete(kEntries, words); };
  EXPECT_THAT(offered({""}), ElementsAre("probe", "deep"));
  EXPECT_THAT(offered({"de"}), ElementsAre("deep"));
  EXPECT_THAT(offered({"--json", "deep", "p"}), ElementsAre("probe"));
  EXPECT_THAT(offered({"probe", "--kind", ""}), ElementsAre("text", "json"));
  EXPECT_THAT(offered({"probe", "--cou"}), ElementsAre("--count"));
  EXPECT_THAT(offered({"probe", "--add"}), ElementsAre("--address"));
  EXPECT_THAT(offered({"probe", "--ca", ""}), ElementsAre());
}

}  // namespace
}  // namespace kyc::cli
