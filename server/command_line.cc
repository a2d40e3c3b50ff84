#include "server/command_line.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kyc {
namespace {

struct Flag {
  absl::string_view name;
  absl::string_view value;  // What it is called in the usage; empty: there is none.
  absl::string_view what;
  void (*set)(CommandLine& line, std::string value);
};

// The first one that is there of those that win.
void SetTask(CommandLine& line, CommandLine::Task task) {
  if (line.task != CommandLine::Task::kHelp && line.task != CommandLine::Task::kVersion) {
    line.task = task;
  }
}

constexpr Flag kFlags[] = {
    {"--config", "FILE", "the configuration: a textproto of kyc.config.v1.Config",
     [](CommandLine& line, std::string value) { line.config = std::move(value); }},
    {"--check", "", "only check the configuration, and tell what would be served",
     [](CommandLine& line, std::string) { SetTask(line, CommandLine::Task::kCheck); }},
    {"--import", "FILE", "move the SQLite log of this file into the configuration's PostgreSQL",
     [](CommandLine& line, std::string value) {
       SetTask(line, CommandLine::Task::kImport);
       line.import_from = std::move(value);
     }},
    {"--backup", "FILE", "copy the event log to a new file, while a gateway may use it",
     [](CommandLine& line, std::string value) {
       line.backup = std::move(value);
       SetTask(line, CommandLine::Task::kBackup);
     }},
    {"--ask", "PATH", "ask the gateway that runs over it for this page of its admin listener",
     [](CommandLine& line, std::string value) {
       line.ask = std::move(value);
       SetTask(line, CommandLine::Task::kAsk);
     }},
    {"--allow-core-dumps", "", "dump core and let debuggers in: both show images and keys",
     [](CommandLine& line, std::string) { line.allow_core_dumps = true; }},
    {"--help", "", "print this",
     [](CommandLine& line, std::string) { SetTask(line, CommandLine::Task::kHelp); }},
    {"--version", "", "print version and commit",
     [](CommandLine& line, std::string) { SetTask(line, CommandLine::Task::kVersion); }},
};

constexpr absl::string_view kExitStatuses = R"(
Exit status:
  0  it was told to end, and drained; or --check found nothing wrong; or --import or --backup is
     done; or --ask was answered 200; --help, --version
  1  it could not start, or import, or back up: one line tells why; --ask was answered otherwise,
     or not at all within 5 s
  2  the command line or the configuration is wrong
  3  it was told to end, and something did not end in time (a disk that hangs): a line tells
  4  a gRPC listener had served no new connection for 30 s, and the configuration says to end then
A signal to stop while it starts, and a second one while it drains, end it at once, by that signal
(as process 1 of a container: 128 and the signal's number).
)";

absl::Status Fault(absl::string_view what) { return absl::InvalidArgumentError(what); }

}  // namespace

absl::StatusOr<CommandLine> ReadCommandLine(const std::vector<std::string>& arguments) {
  CommandLine line;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (!absl::StartsWith(argument, "--")) {
      return Fault(absl::StrCat("argument ", i + 1, " is no flag"));
    }
    const size_t equals = std::min(argument.find('='), argument.size());
    const std::string name = argument.substr(0, equals);
    const auto flag = absl::c_find_if(kFlags, [&](const Flag& f) { return f.name == name; });
    if (flag == std::end(kFlags)) return Fault(absl::StrCat("unknown flag ", name));
    const bool attached = equals < argument.size();
    if (flag->value.empty() && attached) return Fault(absl::StrCat(name, " takes no value"));
    std::string value;
    if (attached) {
      value = argument.substr(equals + 1);
    } else if (!flag->value.empty()) {
      if (++i == arguments.size()) return Fault(absl::StrCat(name, " needs a ", flag->value));
      value = arguments[i];
    }
    flag->set(line, std::move(value));
  }
  if (line.task == CommandLine::Task::kBackup && line.backup.empty()) {
    return Fault("say where to: --backup FILE");
  }
  if (line.task == CommandLine::Task::kAsk && !absl::StartsWith(line.ask, "/")) {
    return Fault("say for which page, such as --ask /readyz");
  }
  const bool only_prints =
      line.task == CommandLine::Task::kHelp || line.task == CommandLine::Task::kVersion;
  if (!only_prints && line.config.empty()) return Fault("say which configuration: --config FILE");
  return line;
}

std::string Usage() {
  std::string text =
      "usage: kyc-gateway --config FILE [--check | --import FILE | --backup FILE | "
      "--ask PATH]\n                   [--allow-core-dumps]\n\n";
  for (const Flag& flag : kFlags) {
    std::string name = absl::StrCat("  ", flag.name, flag.value.empty() ? "" : " ", flag.value);
    name.resize(std::max<size_t>(name.size() + 1, 24), ' ');
    absl::StrAppend(&text, name, flag.what, "\n");
  }
  absl::StrAppend(&text, kExitStatuses);
  return text;
}

}  // namespace kyc
