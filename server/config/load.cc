#include "server/config/load.h"

#include <filesystem>
#include <map>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "kyc/config/v1/config.pb.h"
#include "server/config/field_checks.h"
#include "server/config/field_lines.h"
#include "server/config/reloaded_part.h"
#include "server/config/text_fault.h"
#include "server/config/validate.h"

namespace kyc::config {
namespace {

namespace fs = std::filesystem;
using google::protobuf::TextFormat;

// Keeps each error of the text format as a line, "path:line:column: field: what".
class TextFaults : public google::protobuf::io::ErrorCollector {
 public:
  TextFaults(const std::string& path, const std::string& text) : path_(path), text_(text) {}

  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    faults_.push_back(
        absl::StrCat(path_, ":", line + 1, ":", column + 1, ": ",
                     TextFault(text_, line, column, message, *v1::Config::descriptor()->file())));
  }
  // The parser reports unknown fields as warnings, so that it can go on; here they are faults.
  void AddWarning(int line, google::protobuf::io::ColumnNumber column,
                  const std::string& message) override {
    AddError(line, column, message);
  }
  std::vector<std::string>& faults() { return faults_; }

 private:
  const std::string& path_;
  const std::string& text_;
  std::vector<std::string> faults_;
};

// Reads as ReadFromDisk, and notes what it read.
class Reader {
 public:
  explicit Reader(Stamps& stamps) : stamps_(stamps) {}

  absl::StatusOr<File> Read(const std::string& path) {
    // Before it is read: what is written meanwhile is found later.
    stamps_[path] = StampOf(path);
    absl::StatusOr<File> file = ReadFromDisk(path);
    if (file.ok()) read_[path] = *file;
    return file;
  }
  // The files of a configuration as they were read.
  std::vector<std::pair<std::string, Secret>> FilesOf(const v1::Config& config,
                                                      const fs::path& folder) const {
    std::vector<std::pair<std::string, Secret>> files;
    // Only asks for the files; nobody wants to know what it finds.
    Validate(config, folder, [&](const std::string& path) -> absl::StatusOr<File> {
      const auto at = read_.find(path);
      if (at == read_.end()) return absl::NotFoundError("");
      files.emplace_back(path, at->second.content);
      return at->second;
    }).IgnoreError();
    return files;
  }

 private:
  Stamps& stamps_;
  std::map<std::string, File> read_;
};

Whole WholeOf(const v1::Config& config, const fs::path& folder, const Reader& reader) {
  return {config.SerializeAsString(), reader.FilesOf(config, folder)};
}

// What was read of a text, and where its fields stand there.
struct Parsed {
  v1::Config config;
  TextFormat::ParseInfoTree lines;
};

// False if the text could not be read to its end.
bool Parse(const std::string& text, TextFaults& faults, Parsed& parsed) {
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&faults);
  parser.AllowUnknownField(true);
  parser.WriteLocationsTo(&parsed.lines);
  return parser.ParseFromString(text, &parsed.config);
}

// Each of Validate's faults, "field: what", with file and line before it.
void AddPlaced(absl::string_view found, const std::string& path, const Parsed& parsed,
               std::vector<std::string>& faults) {
  for (const absl::string_view fault : absl::StrSplit(found, '\n')) {
    const int line =
        LineOf(fault.substr(0, fault.find(": ")), *v1::Config::descriptor(), parsed.lines);
    faults.push_back(line == 0 ? absl::StrCat(path, ": ", fault)
                               : absl::StrCat(path, ":", line, ": ", fault));
  }
}

}  // namespace

bool IsSame(const Whole& a, const Whole& b) {
  return a.config == b.config && absl::c_equal(a.files, b.files, [](const auto& x, const auto& y) {
           return x.first == y.first && x.second.Reveal() == y.second.Reveal();
         });
}

Loaded Load(const std::string& path) {
  Loaded loaded;
  Reader reader(loaded.files);
  const absl::StatusOr<File> file = reader.Read(path);
  if (!file.ok()) {
    loaded.settings = absl::InvalidArgumentError(absl::StrCat(path, " ", file.status().message()));
    return loaded;
  }
  const std::string text(file->content.Reveal());
  TextFaults text_faults(path, text);
  std::vector<std::string>& faults = text_faults.faults();
  Parsed parsed;
  const fs::path folder = fs::path(path).parent_path();
  if (Parse(text, text_faults, parsed)) {
    loaded.settings =
        Validate(parsed.config, folder, [&](const std::string& name) { return reader.Read(name); });
    if (!loaded.settings.ok()) AddPlaced(loaded.settings.status().message(), path, parsed, faults);
  }
  if (!faults.empty()) loaded.settings = absl::InvalidArgumentError(absl::StrJoin(faults, "\n"));
  if (!loaded.settings.ok()) return loaded;
  loaded.whole = WholeOf(parsed.config, folder, reader);
  ClearReloaded(parsed.config);
  loaded.fixed = WholeOf(parsed.config, folder, reader);
  return loaded;
}

}  // namespace kyc::config
