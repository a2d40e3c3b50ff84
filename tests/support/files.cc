#include "tests/support/files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace kyc::tests {
namespace {

std::string Environment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

}  // namespace

std::string RunfilePath(const std::string& path) {
  return absl::StrCat(Environment("TEST_SRCDIR", ".."), "/",
                      Environment("TEST_WORKSPACE", "kyc_gateway"), "/", path);
}

std::string MakeFolder(absl::string_view name) {
  std::string path = absl::StrCat(Environment("TEST_TMPDIR", "/tmp"), "/", name, "-XXXXXX");
  if (mkdtemp(path.data()) == nullptr) std::abort();
  return path;
}

std::string MakeShortFolder() {
  std::string path = "/tmp/kyc-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) std::abort();
  return path;
}

void WriteFile(const std::string& path, absl::string_view content, mode_t mode) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (!file || chmod(path.c_str(), mode) != 0) std::abort();
}

void Rename(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) != 0) std::abort();
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

int LineOf(absl::string_view words, absl::string_view text) {
  const absl::string_view before = text.substr(0, text.find(words));
  return 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
}

}  // namespace kyc::tests
