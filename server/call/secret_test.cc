#include "server/call/secret.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace kyc {
namespace {

TEST(Secret, StreamedPrintsRedacted) {
  std::ostringstream out;
  out << Secret("hunter2");
  EXPECT_EQ(out.str(), "[redacted]");
}

TEST(Secret, PrintedByGoogleTestIsRedacted) {
  EXPECT_EQ(testing::PrintToString(Secret("hunter2")), "[redacted]");
}

TEST(Secret, RevealGivesTheValue) { EXPECT_EQ(Secret("hunter2").Reveal(), "hunter2"); }

// Whether the page at `address` is locked into memory, by what the system says of this process.
bool IsLocked(const void* address) {
  std::ifstream maps("/proc/self/smaps");
  std::string line;
  bool here = false;
  while (std::getline(maps, line)) {
    std::istringstream words(line);
    uintptr_t begin = 0;
    uintptr_t end = 0;
    char dash = 0;
    if (words >> std::hex >> begin >> dash >> end && dash == '-') {
      const auto at = reinterpret_cast<uintptr_t>(address);
      here = begin <= at && at < end;
    }
    if (here && line.starts_with("VmFlags:")) return line.find(" lo") != line.npos;
  }
  return false;
}

bool IsMapped(const void* address) {
  std::array<char, 8> bytes;
  const iovec here = {bytes.data(), bytes.size()};
  const iovec there = {const_cast<void*>(address), bytes.size()};
  return process_vm_readv(getpid(), &here, 1, &there, 1, 0) == 8;
}

TEST(Secret, IsInLockedPagesOfItsOwnUntilItsLastCopyGoes) {
  const void* address = nullptr;
  {
    Secret kept;
    {
      const Secret secret("hunter2");
      kept = secret;
      EXPECT_EQ(kept.Reveal().data(), secret.Reveal().data());
    }
    EXPECT_EQ(kept.Reveal(), "hunter2");
    address = kept.Reveal().data();
    EXPECT_TRUE(IsLocked(address));
    EXPECT_NE(Secret("another").Reveal().data(), address);
  }
  EXPECT_FALSE(IsMapped(address));
}

TEST(Secret, WhatItIsMadeFromIsOverwritten) {
  for (std::string text : {std::string("short"), std::string(100, 'x')}) {
    const char* const bytes = text.data();
    const size_t size = text.size();
    const Secret secret(std::move(text));
    EXPECT_EQ(std::string(bytes, size), std::string(size, '\0'));
  }
}

TEST(Secret, LibrariesGetItWithAnEnd) {
  EXPECT_STREQ(Secret("hunter2").c_str(), "hunter2");
  EXPECT_STREQ(Secret().c_str(), "");
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  EXPECT_STREQ(Secret(std::string(page, 'x')).c_str(), std::string(page, 'x').c_str());
}

TEST(Secret, WhatMayNotBeLockedIsUsedAndCounted) {
  rlimit limit = {};
  getrlimit(RLIMIT_MEMLOCK, &limit);
  const rlimit none = {0, limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_MEMLOCK, &none), 0);
  {
    const Secret secret("hunter2");
    EXPECT_EQ(secret.Reveal(), "hunter2");
    // The superuser may lock all the same.
    EXPECT_EQ(SwappableSecretBytes(), IsLocked(secret.Reveal().data()) ? 0 : 4096);
  }
  setrlimit(RLIMIT_MEMLOCK, &limit);
  EXPECT_EQ(SwappableSecretBytes(), 0);
}

TEST(PassingSecret, GivesTheValue) {
  EXPECT_EQ(PassingSecret(std::string("hunter2")).Reveal(), "hunter2");
}

TEST(Secret, DefaultIsEmpty) {
  EXPECT_TRUE(Secret().empty());
  EXPECT_FALSE(Secret("x").empty());
}

}  // namespace
}  // namespace kyc
