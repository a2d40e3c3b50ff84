// The failing disk fails as ordered, only there, and only as long. Linked into this test.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

namespace kyc::tests {
namespace {

namespace fs = std::filesystem;

class IoFaultsTest : public testing::Test {
 protected:
  IoFaultsTest() {
    fs::remove_all(root_);
    fs::create_directories(root_);
    setenv("IO_FAULTS_FILES", (root_ / "data").c_str(), 1);
    setenv("IO_FAULTS_ORDERS", orders_.c_str(), 1);
    file_ = open((root_ / "data-file").c_str(), O_RDWR | O_CREAT, 0600);
    other_ = open((root_ / "other").c_str(), O_RDWR | O_CREAT, 0600);
  }
  ~IoFaultsTest() override {
    close(file_);
    close(other_);
  }

  void Order(const std::string& orders) { std::ofstream(orders_) << orders; }
  // 0, or the error that the call failed with.
  static int ErrorOf(ssize_t result) { return result < 0 ? errno : 0; }

  const fs::path root_ = fs::canonical(testing::TempDir()) / "io_faults_test";
  const fs::path orders_ = root_ / "orders";
  int file_ = -1;
  int other_ = -1;
};

TEST_F(IoFaultsTest, OrderedCallsFailOnTheirFilesUntilTheOrderIsGone) {
  char byte = 'x';
  const std::string path = root_ / "data-new";
  const struct {
    std::string order;
    std::function<ssize_t(int)> call;
  } cases[] = {
      {"write 5", [&](int file) { return pwrite(file, &byte, 1, 0); }},
      {"write 30", [&](int file) { return write(file, &byte, 1); }},
      {"read 5", [&](int file) { return pread(file, &byte, 1, 0); }},
      {"read 5", [&](int file) { return read(file, &byte, 1); }},
      {"truncate 28", [&](int file) { return ftruncate(file, 1); }},
      {"sync 5", [&](int file) { return fsync(file); }},
      {"sync 5", [&](int file) { return fdatasync(file); }},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(ErrorOf(each.call(file_)), 0) << each.order;
    Order("other 1\n" + each.order + "\n");
    EXPECT_EQ(ErrorOf(each.call(file_)), std::stoi(each.order.substr(each.order.find(' '))));
    EXPECT_EQ(ErrorOf(each.call(other_)), 0) << each.order;
    fs::remove(orders_);
    EXPECT_EQ(ErrorOf(each.call(file_)), 0) << each.order;
  }
}

TEST_F(IoFaultsTest, OpeningFailsForWritingOnly) {
  Order("open 30\n");
  EXPECT_EQ(ErrorOf(open((root_ / "data-file").c_str(), O_RDWR)), EROFS);
  const int reading = open((root_ / "data-file").c_str(), O_RDONLY);
  EXPECT_GE(reading, 0);
  close(reading);
}

TEST_F(IoFaultsTest, FullDiskTakesABeginningOfALargeWrite) {
  Order("write 28\n");
  const std::string page(4096, 'x');
  EXPECT_EQ(pwrite(file_, page.data(), 4096, 0), 2048);
  EXPECT_EQ(ErrorOf(pwrite(file_, page.data(), 512, 0)), ENOSPC);
}

}  // namespace
}  // namespace kyc::tests
