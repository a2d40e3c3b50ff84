#include "server/config/load.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "kyc/config/v1/config.pb.h"
#include "server/config/field_checks.h"
#include "server/config/reloaded_part.h"
#include "server/config/validate.h"

namespace kyc::config {
namespace {

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

// Reads as ReadFromDisk, and notes what it read.
class Reader {
 public:
  explicit Reader(std::map<std::string, Stamp>& stamps) : stamps_(stamps) {}

  absl::StatusOr<File> Read(const std::string& path) {
    // Before it is read: what is written meanwhile is found later.
    stamps_[path] = StampOf(path);
    absl::StatusOr<File> file = ReadFromDisk(path);
    if (file.ok()) read_[path] = *file;
    return file;
  }
  // The files of a configuration as they were read, each by its name.
  std::string ContentsFor(const v1::Config& config, const std::string& folder) const {
    std::string contents;
    // Only asks for the files; nobody wants to know what it finds.
    Validate(config, folder, [&](const std::string& path) -> absl::StatusOr<File> {
      const auto at = read_.find(path);
      if (at == read_.end()) return absl::NotFoundError("");
      const std::string& content = at->second.content;
      absl::StrAppend(&contents, path, "\n", content.size(), "\n", content);
      return at->second;
    }).IgnoreError();
    return contents;
  }

 private:
  std::map<std::string, Stamp>& stamps_;
  std::map<std::string, File> read_;
};

Secret Whole(const v1::Config& config, const std::string& folder, const Reader& reader) {
  return Secret(config.SerializeAsString() + reader.ContentsFor(config, folder));
}

absl::StatusOr<v1::Config> Parse(const std::string& text, TextFaults& faults) {
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&faults);
  parser.AllowUnknownField(true);
  v1::Config config;
  if (parser.ParseFromString(text, &config)) return config;
  return absl::InvalidArgumentError(absl::StrJoin(faults.faults(), "\n"));
}

}  // namespace

Loaded Load(const std::string& path) {
  Loaded loaded;
  Reader reader(loaded.files);
  const absl::StatusOr<File> file = reader.Read(path);
  if (!file.ok()) {
    loaded.settings = absl::InvalidArgumentError(absl::StrCat(path, " ", file.status().message()));
    return loaded;
  }
  TextFaults text_faults(path);
  absl::StatusOr<v1::Config> config = Parse(file->content, text_faults);
  if (!config.ok()) {
    loaded.settings = config.status();
    return loaded;
  }
  const std::string folder = FolderOf(path);
  loaded.settings =
      Validate(*config, folder, [&](const std::string& name) { return reader.Read(name); });
  std::vector<std::string>& faults = text_faults.faults();
  if (!faults.empty()) {
    if (!loaded.settings.ok()) faults.emplace_back(loaded.settings.status().message());
    loaded.settings = absl::InvalidArgumentError(absl::StrJoin(faults, "\n"));
  }
  if (!loaded.settings.ok()) return loaded;
  loaded.whole = Whole(*config, folder, reader);
  ClearReloaded(*config);
  loaded.fixed = Whole(*config, folder, reader);
  return loaded;
}

}  // namespace kyc::config
