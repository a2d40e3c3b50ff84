// Any text as a configuration: settings, or faults, a line each, that say where.
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/config/load.h"
#include "tools/fuzz/input.h"

namespace {

std::string PathHere() {
  const char* folder = std::getenv("TEST_TMPDIR");
  return absl::StrCat(folder == nullptr ? "/tmp" : folder, "/fuzzed-", getpid(), ".textproto");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using kyc::fuzz::Require;
  static const std::string& path = *new std::string(PathHere());
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(data), size);
  const kyc::config::Loaded loaded = kyc::config::Load(path);
  Require(loaded.files.count(path) == 1, "the file itself is looked at");
  if (loaded.settings.ok()) return 0;
  Require(loaded.settings.status().code() == absl::StatusCode::kInvalidArgument, "faults");
  for (absl::string_view line : absl::StrSplit(loaded.settings.status().message(), '\n')) {
    Require(absl::StartsWith(line, path), "each fault says of which file");
  }
  return 0;
}
