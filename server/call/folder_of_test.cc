#include "server/call/folder_of.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace kyc {
namespace {

TEST(FolderOf, IsWhereThePathIs) {
  const std::pair<std::string, std::string> kCases[] = {
      {"/etc/kyc/a", "/etc/kyc"}, {"/a", "/"},    {"a", "."},        {"./a", "."},
      {"kyc/a", "kyc"},           {"../a", ".."}, {"kyc//a", "kyc"}, {"kyc/../a", "kyc/.."},
  };
  for (const auto& [path, folder] : kCases) EXPECT_EQ(FolderOf(path), folder) << path;
}

}  // namespace
}  // namespace kyc
