#include "server/config/load.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "kyc/config/v1/config.pb.h"
#include "server/config/field_checks.h"
#include "server/config/validate.h"

namespace kyc::config {
namespace {

// Larger than any configuration, key or bundle of certificates.
constexpr size_t kMaxFileBytes = 4 << 20;

class Descriptor {
 public:
  // Not blocking: a named pipe must not hang the start.
  explicit Descriptor(const std::string& path)
      : number_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

absl::Status CannotRead(int error) {
  return absl::InvalidArgumentError(absl::StrCat("cannot be read: ", strerror(error)));
}

absl::StatusOr<File> ReadFromDisk(const std::string& path) {
  const Descriptor descriptor(path);
  if (descriptor.number() < 0) return CannotRead(errno);
  struct stat status {};
  if (fstat(descriptor.number(), &status) != 0) return CannotRead(errno);
  if (!S_ISREG(status.st_mode)) return absl::InvalidArgumentError("is not a file");
  File file;
  file.mode = status.st_mode & 07777;
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t count = read(descriptor.number(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return CannotRead(errno);
    if (count == 0) return file;
    file.content.append(buffer.data(), count);
    if (file.content.size() > kMaxFileBytes) {
      return absl::InvalidArgumentError("is larger than 4 MiB");
    }
  }
}

// Keeps each error of the text format as a line.
class TextFaults : public google::protobuf::io::ErrorCollector {
 public:
  explicit TextFaults(const std::string& path) : path_(path) {}

  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    // What follows is the text of the file, which may be a secret in the wrong place.
    const std::string what = message.substr(0, message.find(", got"));
    faults_.push_back(absl::StrCat(path_, ":", line + 1, ":", column + 1, ": ", what));
  }
  // The parser reports unknown fields as warnings, so that it can go on; here they are faults.
  void AddWarning(int line, google::protobuf::io::ColumnNumber column,
                  const std::string& message) override {
    AddError(line, column, message);
  }
  std::vector<std::string>& faults() { return faults_; }

 private:
  const std::string& path_;
  std::vector<std::string> faults_;
};

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

}  // namespace

absl::StatusOr<Settings> Load(const std::string& path) {
  const absl::StatusOr<File> file = ReadFromDisk(path);
  if (!file.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, " ", file.status().message()));
  }
  TextFaults text_faults(path);
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&text_faults);
  parser.AllowUnknownField(true);
  v1::Config config;
  std::vector<std::string>& faults = text_faults.faults();
  if (!parser.ParseFromString(file->content, &config)) {
    return absl::InvalidArgumentError(absl::StrJoin(faults, "\n"));
  }
  absl::StatusOr<Settings> settings = Validate(config, FolderOf(path), ReadFromDisk);
  if (faults.empty()) return settings;
  if (!settings.ok()) faults.push_back(std::string(settings.status().message()));
  return absl::InvalidArgumentError(absl::StrJoin(faults, "\n"));
}

}  // namespace kyc::config
