#include "server/config/load.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace kyc::config {
namespace {

constexpr char kText[] = R"(
grpc { listen: "127.0.0.1:0" trusted: true }
widekyc {
  server_url: "https://widekyc.example"
  accounts { name: "main" token_file: "secrets/token" }
}
)";

class LoadTest : public testing::Test {
 protected:
  LoadTest() : folder_(absl::StrCat(testing::TempDir(), "/load_test_", getpid())) {
    std::filesystem::create_directories(folder_ + "/secrets");
    Write("secrets/token", "hidden-token\n", 0600);
  }
  ~LoadTest() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& content, mode_t mode = 0644) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path, std::ios::binary) << content;
    EXPECT_EQ(chmod(path.c_str(), mode), 0);
    return path;
  }

  // The failure's message with the folder as DIR.
  std::string Fault(const std::string& path) {
    std::string message(Load(path).settings.status().message());
    EXPECT_FALSE(absl::StrContains(message, "hidden")) << message;
    for (size_t at; (at = message.find(folder_)) != message.npos;) {
      message.replace(at, folder_.size(), "DIR");
    }
    return message;
  }

  std::string folder_;
};

TEST_F(LoadTest, ValidFileGivesSettingsWithPathsFromItsFolder) {
  const auto settings = Load(Write("kyc.textproto", kText)).settings;
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->widekyc->accounts[0].token.Reveal(), "hidden-token");
}

TEST_F(LoadTest, FileInTheWorkingFolderIsFound) {
  Write("kyc.textproto", kText);
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder_);
  const auto settings = Load("kyc.textproto").settings;
  std::filesystem::current_path(before);
  EXPECT_TRUE(settings.ok()) << settings.status();
}

TEST_F(LoadTest, ChangedSecretIsReadAgain) {
  const std::string path = Write("kyc.textproto", kText);
  ASSERT_TRUE(Load(path).settings.ok());
  Write("secrets/token", "hidden-new", 0600);
  EXPECT_EQ(Load(path).settings->widekyc->accounts[0].token.Reveal(), "hidden-new");
}

TEST_F(LoadTest, AbsentFileIsNamed) {
  EXPECT_EQ(Fault(folder_ + "/absent"), "DIR/absent cannot be read: No such file or directory");
}

TEST_F(LoadTest, FolderIsNoFile) { EXPECT_EQ(Fault(folder_), "DIR is not a file"); }

TEST_F(LoadTest, UnknownFieldsAndFaultsComeTogether) {
  EXPECT_EQ(Fault(Write("kyc.textproto",
                        "grpc { lissten: \"127.0.0.1:1\" }\n"
                        "  wide { token: \"hidden\" }\n"
                        "admin { listen: \"x\" }")),
            "DIR/kyc.textproto:1:15: Grpc has no such field; the nearest is listen\n"
            "DIR/kyc.textproto:2:8: Config has no such field\n"
            "DIR/kyc.textproto:1: grpc: needs finpay, widekyc or event_log\n"
            "DIR/kyc.textproto:1: grpc.listen: is required\n"
            "DIR/kyc.textproto:3: admin.listen: must be address:port with a numeric address, like "
            "127.0.0.1:50051 or [::1]:50051, or unix:/path");
}

TEST_F(LoadTest, UnparsableTextIsNamedByLineAndFieldWithoutIt) {
  EXPECT_EQ(Fault(Write("kyc.textproto", "grpc {\n  max_streams: \"hidden\"\n}")),
            "DIR/kyc.textproto:2:16: max_streams: must be a whole number");
}

TEST_F(LoadTest, UnfinishedBlockIsNamed) {
  EXPECT_EQ(Fault(Write("kyc.textproto", "grpc {")),
            "DIR/kyc.textproto:1:7: grpc: must be followed by the name of a field");
}

TEST_F(LoadTest, EmptyFileServesNothing) {
  EXPECT_EQ(Fault(Write("kyc.textproto", "")),
            "DIR/kyc.textproto: config: serves nothing: needs grpc, webhook or admin");
}

// Wherever a value may stand, a secret may stand by mistake.
TEST_F(LoadTest, SecretInTheWrongPlaceIsNotShown) {
  const std::string sound = kText;
  for (const auto& [from, to, fault] :
       std::vector<std::tuple<std::string, std::string, std::string>>{
           {"\"secrets/token\"", "\"hidden-token\"",
            "DIR/kyc.textproto:5: widekyc.accounts[0].token_file: the file that it names cannot be "
            "read: No such file or directory"},
           {"\"secrets/token\"", "hidden",
            "DIR/kyc.textproto:5:39: token_file: must be text in quotes"},
           {"token_file: \"secrets/token\"", "hidden: \"x\"",
            "DIR/kyc.textproto:5:33: WideKycAccount has no such field\n"
            "DIR/kyc.textproto:5: widekyc.accounts[0].token_file: is required"},
           {"\"main\"", "\"hidden name\"",
            "DIR/kyc.textproto:5: widekyc.accounts[0].name: must be 1 to 64 letters, digits, '_', "
            "'-' or '.'"},
           {"\"127.0.0.1:0\"", "\"hidden\"",
            "DIR/kyc.textproto:2: grpc.listen: must be address:port with a numeric address, like "
            "127.0.0.1:50051 or [::1]:50051, or unix:/path"},
           {"\"https://widekyc.example\"", "\"https://u:hidden@widekyc.example\"",
            "DIR/kyc.textproto:4: widekyc.server_url: must not hold a user or password"},
           {"accounts {", "accounts { name: \"hidden\" token_file: \"secrets/token\" } accounts {",
            ""},
       }) {
    std::string text = sound;
    text.replace(text.find(from), from.size(), to);
    EXPECT_EQ(Fault(Write("kyc.textproto", text)), fault);
  }
}

TEST_F(LoadTest, SecretOpenToEveryUserIsRefused) {
  const std::string path = Write("kyc.textproto", kText);
  for (mode_t mode : {0644, 0602, 0601, 0666}) {
    Write("secrets/token", "hidden-token", mode);
    EXPECT_EQ(Fault(path),
              "DIR/kyc.textproto:5: widekyc.accounts[0].token_file: the file that it names is open "
              "to every user: chmod o= it");
  }
  Write("secrets/token", "hidden-token", 0660);
  EXPECT_EQ(Fault(path), "");
}

TEST_F(LoadTest, SecretThatIsAPipeDoesNotHang) {
  const std::string path = Write("kyc.textproto", kText);
  ASSERT_EQ(unlink((folder_ + "/secrets/token").c_str()), 0);
  ASSERT_EQ(mkfifo((folder_ + "/secrets/token").c_str(), 0600), 0);
  EXPECT_EQ(Fault(path),
            "DIR/kyc.textproto:5: widekyc.accounts[0].token_file: the file that it names is not a "
            "file");
}

TEST_F(LoadTest, HugeFileIsRefused) {
  EXPECT_EQ(Fault(Write("kyc.textproto", std::string(5 << 20, '#'))),
            "DIR/kyc.textproto is larger than 4 MiB");
}

}  // namespace
}  // namespace kyc::config
