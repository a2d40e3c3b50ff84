// The command line of kyc-gateway. Pure.
#ifndef SERVER_COMMAND_LINE_H_
#define SERVER_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace kyc {

struct CommandLine {
  enum class Task { kServe, kCheck, kImport, kBackup, kAsk, kHelp, kVersion };
  Task task = Task::kServe;
  std::string config;
  std::string import_from;  // Of kImport.
  std::string backup;       // The file to make.
  std::string ask;          // The page to ask for.
  bool allow_core_dumps = false;
};

// What follows the program's name: `--flag value` or `--flag=value`, the last one wins; --help and
// --version win over everything. INVALID_ARGUMENT with one line that quotes no value.
absl::StatusOr<CommandLine> ReadCommandLine(const std::vector<std::string>& arguments);

// What --help prints: every flag, and every exit status.
std::string Usage();

}  // namespace kyc

#endif  // SERVER_COMMAND_LINE_H_
