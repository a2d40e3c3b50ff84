#include "clients/kyc/commands/batch.h"

#include <sys/stat.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "clients/kyc/json_text.h"

namespace kyc::cli {
namespace {

constexpr char kBegin[] = "{\"requestId\":\"";
constexpr char kFinal[] = "\",\"final\":true,";
constexpr char kOpen[] = "\",\"final\":false,";

std::string TimeLeft(const Progress& progress) {
  if (progress.done == 0 || progress.done >= progress.total) return "";
  const absl::Duration left =
      progress.elapsed * (progress.total - progress.done) / static_cast<double>(progress.done);
  return absl::StrCat(", about ", absl::FormatDuration(absl::Ceil(left, absl::Seconds(1))),
                      " left");
}

}  // namespace

std::string ResultLine(const Result& result) {
  return absl::StrCat(kBegin, result.request_id, result.final ? kFinal : kOpen,
                      "\"file\":", client::QuoteJson(result.file), ",", result.json, "}");
}

std::string FinalIn(absl::string_view line) {
  if (!absl::ConsumePrefix(&line, kBegin) || !absl::EndsWith(line, "}")) return "";
  const size_t end = line.find('"');
  if (end == absl::string_view::npos || !absl::StartsWith(line.substr(end), kFinal)) return "";
  return std::string(line.substr(0, end));
}

std::string ProgressText(const Progress& progress, size_t columns) {
  const std::string words =
      absl::StrCat("  ", progress.done, " of ", progress.total,
                   progress.failed == 0 ? "" : absl::StrCat(", ", progress.failed, " failed"),
                   TimeLeft(progress));
  const size_t room = columns > words.size() + 2 ? columns - words.size() - 2 : 0;
  const size_t width = std::min<size_t>(room, 40);
  if (width < 5) return words.substr(2);
  const size_t filled = progress.total == 0 ? width
                                            : width * static_cast<size_t>(progress.done) /
                                                  static_cast<size_t>(progress.total);
  return absl::StrCat("[", std::string(filled, '#'), std::string(width - filled, '-'), "]", words);
}

absl::Status ResultsFile::Open() {
  if (path_.empty()) return absl::OkStatus();
  bool cut = false;
  std::ifstream before(path_);
  for (std::string line; std::getline(before, line);) {
    cut = before.eof();  // Its end was not written.
    if (std::string id = FinalIn(line); !cut && !id.empty()) final_.insert(std::move(id));
  }
  const mode_t mask = umask(077);  // What it gets is personal.
  file_.open(path_, std::ios::app);
  umask(mask);
  if (cut) file_ << "\n";
  if (file_.flush()) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat(path_, " cannot be written"));
}

absl::Status ResultsFile::Append(const std::string& line) {
  std::ostream& to = path_.empty() ? out_ : file_;
  if (to << line << std::endl) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat(path_.empty() ? "standard output" : path_, " cannot be written"));
}

}  // namespace kyc::cli
