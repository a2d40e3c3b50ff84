// What the shadow holds: what was synced, and nothing else. The library is linked into this test.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace kyc::tests {
namespace {

namespace fs = std::filesystem;

constexpr char kAbsent[] = "absent";

class FsyncShadowTest : public testing::Test {
 protected:
  FsyncShadowTest() {
    fs::remove_all(root_);
    fs::create_directories(folder_);
    fs::create_directories(shadow_);
    setenv("FSYNC_SHADOW_FOLDER", folder_.c_str(), 1);
    setenv("FSYNC_SHADOW_COPY", shadow_.c_str(), 1);
    file_ = open((folder_ / "file").c_str(), O_RDWR | O_CREAT, 0600);
    other_ = open((root_ / "other").c_str(), O_RDWR | O_CREAT, 0600);
    directory_ = open(folder_.c_str(), O_RDONLY | O_DIRECTORY);
  }
  ~FsyncShadowTest() override {
    for (const int descriptor : {file_, other_, directory_}) close(descriptor);
  }

  void Write(const std::string& text) {
    ASSERT_EQ(pwrite(file_, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  }
  std::string Shadow() const {
    std::ifstream file(shadow_ / "file", std::ios::binary);
    if (!file) return kAbsent;
    return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }

  const fs::path root_ = fs::canonical(testing::TempDir()) / "fsync_shadow_test";
  const fs::path folder_ = root_ / "folder";
  const fs::path shadow_ = root_ / "shadow";
  int file_ = -1;
  int other_ = -1;
  int directory_ = -1;
};

TEST_F(FsyncShadowTest, WriteCountsOnceItsFileIsSynced) {
  Write("one");
  EXPECT_EQ(fsync(other_), 0);
  EXPECT_EQ(fsync(directory_), 0);
  EXPECT_EQ(Shadow(), kAbsent);
  EXPECT_EQ(fdatasync(file_), 0);
  EXPECT_EQ(Shadow(), "one");
  Write("three");
  EXPECT_EQ(Shadow(), "one");
  EXPECT_EQ(fsync(file_), 0);
  EXPECT_EQ(Shadow(), "three");
}

TEST_F(FsyncShadowTest, TruncationCountsOnceItsFileIsSynced) {
  Write("one");
  fsync(file_);
  ASSERT_EQ(ftruncate(file_, 1), 0);
  fsync(directory_);
  EXPECT_EQ(Shadow(), "one");
  fsync(file_);
  EXPECT_EQ(Shadow(), "o");
}

TEST_F(FsyncShadowTest, RemovalCountsOnceTheFolderIsSynced) {
  Write("one");
  fsync(file_);
  fs::remove(folder_ / "file");
  fsync(file_);
  EXPECT_EQ(Shadow(), "one");
  fsync(directory_);
  EXPECT_EQ(Shadow(), kAbsent);
}

TEST_F(FsyncShadowTest, OtherFilesAreSyncedAsEver) {
  EXPECT_EQ(fsync(other_), 0);
  EXPECT_TRUE(fs::is_empty(shadow_));
  EXPECT_EQ(fsync(-1), -1);
  EXPECT_EQ(errno, EBADF);
}

}  // namespace
}  // namespace kyc::tests
