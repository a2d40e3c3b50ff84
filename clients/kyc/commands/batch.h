// Many pictures, each a call: what was done is a file of lines, so that a run can go on where
// another one stopped. Pure, but for ResultsFile.
#ifndef CLIENTS_KYC_COMMANDS_BATCH_H_
#define CLIENTS_KYC_COMMANDS_BATCH_H_

#include <fstream>
#include <ostream>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kyc::cli {

struct Result {
  std::string request_id;
  bool final = true;  // Asking again would get the same.
  std::string file;
  std::string json;  // "response":{...} or "error":{...}
};

// {"requestId":"...","final":true,"file":"...","response":{...}}
std::string ResultLine(const Result& result);

// The request id of a line with a final result; empty for every other line, one that was cut short
// among them.
std::string FinalIn(absl::string_view line);

struct Progress {
  int total = 0;
  int done = 0;
  int failed = 0;  // Of those that are done.
  absl::Duration elapsed;
};

// "[######----------]  12 of 40, 3 failed, about 30 s left", as wide as `columns` at most.
std::string ProgressText(const Progress& progress, size_t columns);

// Where lines go. Its lines are read when it is opened, and others are appended.
class ResultsFile {
 public:
  // An empty path: to `out`.
  ResultsFile(std::string path, std::ostream& out) : path_(std::move(path)), out_(out) {}

  absl::Status Open();
  bool IsFinal(const std::string& request_id) const { return final_.contains(request_id); }
  // On its way to the disk when this returns.
  absl::Status Append(const std::string& line);

 private:
  const std::string path_;
  std::ostream& out_;
  std::ofstream file_;
  std::set<std::string> final_;
};

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_COMMANDS_BATCH_H_
