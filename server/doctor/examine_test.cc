// The whole examination, over real files.
#include "server/doctor/examine.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/files.h"

namespace kyc::doctor {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kLookupKey[] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
constexpr char kSealingKey[] = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
constexpr char kToken[] = "token-of-netzme-0123456789abcdef";

class ExamineTest : public testing::Test {
 protected:
  ExamineTest() {
    tests::WriteFile(Path("lookup"), kLookupKey);
    tests::WriteFile(Path("sealing"), kSealingKey);
    tests::WriteFile(Path("token"), kToken);
  }
  std::string Path(const std::string& name) const { return absl::StrCat(folder_, "/", name); }

  // A line each.
  std::string With(const std::string& more) {
    tests::WriteFile(Path("config"), absl::StrCat(R"(
      grpc { listen: "127.0.0.1:0" }
      webhook { listen: "127.0.0.1:0"
                accounts { name: "default" callback_token_files: "token" } }
      event_log { sqlite { path: "events.db" }
                  sealing_keys { id: 1 key_file: "sealing" }
                  lookup_key_file: "lookup" }
      callers { name: "app" bearer_token_sha256:
                "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" }
      )",
                                                  more));
    std::vector<std::string> lines;
    for (const Finding& finding : Examine(Path("config"))) {
      lines.push_back(absl::StrCat(static_cast<int>(finding.verdict), " ", finding.check, " ",
                                   finding.of, " ", finding.says, " ", finding.advice));
    }
    return absl::StrJoin(lines, "\n");
  }

  const std::string folder_ = tests::MakeFolder("doctor");
};

TEST_F(ExamineTest, AConfigurationThatIsRightAndALogThatIsNotMadeYet) {
  const std::string found = With("");
  EXPECT_THAT(found, Not(HasSubstr("\n2 "))) << "nothing is to be mended";
  EXPECT_THAT(found, AllOf(HasSubstr("0 configuration"), HasSubstr("0 files"), HasSubstr("0 keys"),
                           HasSubstr("0 cipher"), HasSubstr("0 user"), HasSubstr("0 port"),
                           HasSubstr("0 store"), HasSubstr("is not there yet")));
  EXPECT_EQ(tests::ReadFile(Path("events.db")), "") << "it makes nothing";
}

TEST_F(ExamineTest, EachFaultOfTheConfigurationIsALine) {
  const std::string found = With("admin { listen: \"somewhere\" } drain_timeout { seconds: -1 }");
  EXPECT_THAT(found, AllOf(HasSubstr("2 configuration"), HasSubstr("admin.listen"),
                           HasSubstr("drain_timeout"), HasSubstr("0 cipher")));
}

TEST_F(ExamineTest, AnUpstreamThatIsNotThereAndADiskThatIsNot) {
  const std::string found = With(R"(
      widekyc { server_url: "https://127.0.0.1:1/x" accounts { name: "default" token_file: "token" } })");
  EXPECT_THAT(found, HasSubstr("2 connection widekyc Connection refused"));
}

TEST_F(ExamineTest, NoSecretIsToldWhereverItStands) {
  // In the place of a path, and of a value.
  const std::string found =
      With(absl::StrCat("widekyc { server_url: \"", kToken,
                        "\" accounts { name: \"default\" token_file: \"", kToken, "\" } }"));
  EXPECT_THAT(found, AllOf(HasSubstr("2 configuration"), Not(HasSubstr(kToken)),
                           Not(HasSubstr(kSealingKey)), Not(HasSubstr(kLookupKey))));
}

TEST_F(ExamineTest, AFileThatIsNoLog) {
  tests::WriteFile(Path("events.db"), "not a database, by far, and longer than its header is");
  EXPECT_THAT(With(""), HasSubstr("2 store"));
}

}  // namespace
}  // namespace kyc::doctor
