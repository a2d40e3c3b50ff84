#include "clients/kyc/commands/files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <istream>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace kyc::cli {
namespace {

constexpr size_t kMaxBytes = 16 << 20;

absl::StatusOr<std::string> ReadStream(const std::string& path, std::istream& stream) {
  std::string content(kMaxBytes + 1, '\0');
  stream.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<size_t>(stream.gcount()));
  if (stream.bad()) return absl::NotFoundError(absl::StrCat(path, " cannot be read"));
  if (content.size() > kMaxBytes) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is larger than 16 MiB"));
  }
  return content;
}

bool IsPicture(const std::filesystem::path& path) {
  const std::string extension = absl::AsciiStrToLower(path.extension().string());
  return extension == ".jpg" || extension == ".jpeg" || extension == ".png" || extension == ".webp";
}

}  // namespace

absl::StatusOr<std::string> ReadWhole(const std::string& path, std::istream& in) {
  if (path == "-") return ReadStream("standard input", in);
  std::error_code is_folder;
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open() || std::filesystem::is_directory(path, is_folder)) {
    return absl::NotFoundError(
        absl::StrCat(path, " cannot be read: ", strerror(errno == 0 ? EISDIR : errno)));
  }
  return ReadStream(path, file);
}

absl::Status ReadIfNamed(const std::string& path, std::istream& in,
                         absl::FunctionRef<void(std::string)> take) {
  if (path.empty()) return absl::OkStatus();
  absl::StatusOr<std::string> content = ReadWhole(path, in);
  if (!content.ok()) return content.status();
  take(*std::move(content));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> PicturesIn(absl::Span<const std::string> paths) {
  std::vector<std::string> pictures;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      if (error) return absl::NotFoundError(absl::StrCat(path, ": ", error.message()));
      pictures.push_back(path);
      continue;
    }
    std::vector<std::string> inside;
    for (std::filesystem::directory_iterator it(path, error), end; !error && it != end;
         it.increment(error)) {
      if (IsPicture(it->path())) inside.push_back(it->path().string());
    }
    if (error) return absl::NotFoundError(absl::StrCat(path, ": ", error.message()));
    std::sort(inside.begin(), inside.end());
    pictures.insert(pictures.end(), inside.begin(), inside.end());
  }
  return pictures;
}

std::string StemOf(const std::string& path) { return std::filesystem::path(path).stem().string(); }

}  // namespace kyc::cli
