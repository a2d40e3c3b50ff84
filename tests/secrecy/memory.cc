#include "tests/secrecy/memory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace kyc::tests {
namespace {

// What could not be read any more, as it was freed meanwhile, stays zeros.
std::string Read(int memory, uintptr_t begin, uintptr_t end) {
  std::string bytes(end - begin, '\0');
  for (size_t at = 0; at < bytes.size();) {
    const ssize_t count =
        pread(memory, bytes.data() + at, bytes.size() - at, static_cast<off_t>(begin + at));
    if (count <= 0) break;
    at += static_cast<size_t>(count);
  }
  return bytes;
}

}  // namespace

std::vector<Region> ReadMemory(const ChildProcess& process) {
  const std::string path = absl::StrCat("/proc/", process.ProcStatus("Pid"), "/mem");
  const int memory = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  EXPECT_GE(memory, 0) << path;
  std::vector<Region> regions;
  uintptr_t begin = 0;
  uintptr_t end = 0;
  std::string access, name;
  const std::string maps = process.ProcText("smaps");
  for (const absl::string_view line : absl::StrSplit(maps, '\n')) {
    std::istringstream words{std::string(line)};
    uintptr_t first = 0;
    uintptr_t last = 0;
    char dash = 0;
    if (words >> std::hex >> first >> dash >> last && dash == '-') {
      begin = first;
      end = last;
      std::string offset, device, inode;
      name.clear();
      words >> access >> offset >> device >> inode >> name;
    }
    if (!absl::StartsWith(line, "VmFlags:") || access.substr(0, 2) != "rw") continue;
    regions.push_back({name, absl::StrContains(line, " lo"), Read(memory, begin, end)});
  }
  close(memory);
  return regions;
}

Places PlacesOf(absl::string_view text, const std::vector<Region>& memory) {
  Places places;
  for (const Region& region : memory) {
    for (size_t at = region.bytes.find(std::string(text)); at != std::string::npos;
         at = region.bytes.find(std::string(text), at + 1)) {
      if (region.locked) {
        ++places.locked;
      } else {
        places.elsewhere.push_back(absl::StrCat(region.name, "+", at));
      }
    }
  }
  return places;
}

}  // namespace kyc::tests
