#include "clients/kyc/commands/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace kyc::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Files, AFolderIsThePicturesInIt) {
  const std::string folder = testing::TempDir() + "/pictures";
  std::filesystem::create_directory(folder);
  for (const char* name : {"b.JPG", "a.png", "notes.txt", "c.webp", "d.jpeg"}) {
    std::ofstream(folder + "/" + name) << "x";
  }
  const auto pictures = PicturesIn({folder, folder + "/notes.txt"});
  ASSERT_TRUE(pictures.ok()) << pictures.status();
  EXPECT_THAT(*pictures, ElementsAre(folder + "/a.png", folder + "/b.JPG", folder + "/c.webp",
                                     folder + "/d.jpeg", folder + "/notes.txt"));
  EXPECT_THAT(PicturesIn({folder + "/absent"}).status().message(), HasSubstr("absent"));
  EXPECT_EQ(StemOf(folder + "/b.JPG"), "b");
}

TEST(Files, AreReadWholeUpToALimit) {
  const std::string path = testing::TempDir() + "/large";
  std::ofstream(path) << std::string(16 << 20, 'x');
  std::istringstream in("from input");
  EXPECT_EQ(ReadWhole(path, in)->size(), 16u << 20);
  std::ofstream(path, std::ios::app) << "x";
  EXPECT_THAT(ReadWhole(path, in).status().message(), HasSubstr("larger than 16 MiB"));
  EXPECT_EQ(*ReadWhole("-", in), "from input");
  EXPECT_THAT(ReadWhole("/no/such", in).status().message(), HasSubstr("No such file"));
  EXPECT_FALSE(ReadWhole(testing::TempDir(), in).ok());
}

TEST(Files, MayBeLeftOut) {
  std::istringstream in("from input");
  std::string taken = "nothing";
  const auto take = [&taken](std::string content) { taken = std::move(content); };
  EXPECT_TRUE(ReadIfNamed("", in, take).ok());
  EXPECT_EQ(taken, "nothing");
  EXPECT_FALSE(ReadIfNamed("/no/such", in, take).ok());
  EXPECT_EQ(taken, "nothing");
  EXPECT_TRUE(ReadIfNamed("-", in, take).ok());
  EXPECT_EQ(taken, "from input");
}

}  // namespace
}  // namespace kyc::cli
