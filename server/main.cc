// kyc-gateway: reads the configuration, serves and reloads it until a signal, drains.
//
// Its exit statuses stand in Usage (command_line.cc).
#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/command_line.h"
#include "server/config/describe.h"
#include "server/config/forget_secrets.h"
#include "server/config/in_use.h"
#include "server/config/load.h"
#include "server/config/reloader.h"
#include "server/ended_lines.h"
#include "server/gateway.h"
#include "server/hardening.h"
#include "server/make_logger.h"
#include "server/open_event_log.h"
#include "server/room_logs.h"
#include "server/stderr_lines.h"
#include "server/stop_signals.h"
#include "server/unused_memory.h"
#include "server/upstream/ask.h"
#include "tools/version/version.h"

namespace {

constexpr int kDone = 0;
constexpr int kCannotStart = 1;
constexpr int kWrongCommand = 2;
constexpr int kLeftBehind = 3;
constexpr int kDeaf = 4;

// What a drain may need beyond its own times, and what is taken down after it: far longer than
// either does, unless a disk hangs or a thread does not come back.
constexpr absl::Duration kBeyondDrain = absl::Seconds(30);
constexpr absl::Duration kTakingDown = absl::Seconds(10);

// How long --ask waits.
constexpr absl::Duration kLongestAnswer = absl::Seconds(5);

// How often it is looked whether a file of the configuration has changed, and for unused memory.
constexpr std::chrono::seconds kBetweenLooks(5);

// Before any thread is made.
void QuietLibraries() {
  // Debug builds of Abseil's mutexes look for deadlocks at a cost that shows in every call.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // What gRPC itself has to say comes from callers' faults, in a form of its own.
  gpr_set_log_function([](gpr_log_func_args*) {});
  // Protobuf's own words about unreadable messages name fields on stderr; callers are told anyway.
  google::protobuf::SetLogHandler(nullptr);
}

// Reloads what changes, until a signal says to stop, or there is no use in going on: then what the
// exit status is to be.
int AwaitStop(kyc::StopSignals& signals, kyc::config::Reloader& reloader, kyc::Gateway& gateway) {
  using Came = kyc::StopSignals::Came;
  kyc::UnusedMemory memory;
  for (;;) {
    const Came came = signals.Await(kBetweenLooks);
    if (came == Came::kStop) return kDone;
    const auto change = reloader.Look(came == Came::kLook);
    if (change.has_value()) gateway.Reload(*change);
    gateway.LookAtCertificates();
    gateway.WriteNotes();
    if (gateway.LookAtListeners()) return kDeaf;
    memory.GiveBack();
  }
}

// For what would not end: nothing is taken down, as threads still use it.
[[noreturn]] void LeaveBehind(kyc::StderrLines& lines, absl::string_view why) {
  lines.Write(absl::StrCat("kyc-gateway: ", why,
                           "; it is left behind. Nothing that was acknowledged is lost\n"));
  lines.AwaitWritten();
  _exit(kLeftBehind);
}

// Bounded, whatever happens in it.
void DrainWithin(kyc::StopSignals& signals, kyc::Gateway& gateway,
                 const kyc::config::Settings& settings, spdlog::logger& log,
                 kyc::StderrLines& lines) {
  signals.EndWithin(settings.drain_delay + settings.drain_timeout + kBeyondDrain);
  const bool all_ended = gateway.Drain();
  log.info("drained");
  if (!all_ended) LeaveBehind(lines, "gRPC's thread did not end within its time");
  signals.EndWithin(kTakingDown);
}

int Serve(const std::string& path, kyc::StderrLines& lines) {
  // Outlives the gateway, whose end may wait, too.
  kyc::StopSignals signals(
      [&lines] {
        lines.Write("kyc-gateway: told to end while it started, which it does at once\n");
        lines.AwaitWritten();
      },
      [&lines] { LeaveBehind(lines, "something did not end in time, perhaps a disk that hangs"); });
  kyc::config::Loaded config = kyc::config::Load(path);
  if (!config.settings.ok()) {
    lines.Write(absl::StrCat("kyc-gateway: the configuration is wrong, nothing was started:\n",
                             config.settings.status().message(), "\n"));
    return kWrongCommand;
  }
  kyc::RoomLogs logs(
      kyc::MakeLogger(lines, config.settings->log_level, config.settings->log_format));
  const std::shared_ptr<spdlog::logger> log = logs.Of(kyc::LogRoom::kProcess);
  kyc::config::InUse in_use(config.whole.config);
  const auto ended = kyc::EndedLines::Make(*config.settings, logs, lines);
  auto made = kyc::MadeGateway::Make(*config.settings, logs, in_use,
                                     ended == nullptr ? kyc::OnEnded() : ended->Listeners());
  if (!made.ok()) {
    lines.Write(absl::StrCat("kyc-gateway: ", made.status().message(), "\n"));
    return kCannotStart;
  }
  if (const std::string warning = kyc::SwapWarning(); !warning.empty()) log->warn("{}", warning);
  signals.Serving();
  kyc::Gateway gateway = (*std::move(made)).Serve();
  kyc::config::Reloader reloader(path, config);
  kyc::config::ForgetSecrets(*config.settings);
  config.whole = config.fixed = kyc::config::Whole();
  const int status = AwaitStop(signals, reloader, gateway);
  DrainWithin(signals, gateway, *config.settings, *log, lines);
  return status;
}

int Print(const std::string& text) {
  std::printf("%s", text.c_str());
  return kDone;
}

int Check(const std::string& path) {
  const kyc::config::Loaded config = kyc::config::Load(path);
  if (!config.settings.ok()) {
    std::fprintf(stderr, "kyc-gateway: the configuration is wrong:\n%s\n",
                 std::string(config.settings.status().message()).c_str());
    return kWrongCommand;
  }
  return Print(kyc::config::Describe(*config.settings));
}

int Import(const std::string& path, const std::string& from) {
  const kyc::config::Loaded config = kyc::config::Load(path);
  if (!config.settings.ok()) {
    std::fprintf(stderr, "kyc-gateway: the configuration is wrong, nothing was started:\n%s\n",
                 std::string(config.settings.status().message()).c_str());
    return kWrongCommand;
  }
  const absl::Status imported =
      kyc::ImportEventLog(*config.settings, from, [](absl::string_view line) {
        std::fprintf(stderr, "kyc-gateway: %s\n", std::string(line).c_str());
      });
  if (imported.ok()) return kDone;
  std::fprintf(stderr, "kyc-gateway: %s\n", std::string(imported.message()).c_str());
  return kCannotStart;
}

int Backup(const kyc::CommandLine& command) {
  const kyc::config::Loaded config = kyc::config::Load(command.config);
  if (!config.settings.ok()) {
    std::fprintf(stderr, "kyc-gateway: the configuration is wrong:\n%s\n",
                 std::string(config.settings.status().message()).c_str());
    return kWrongCommand;
  }
  const auto made = kyc::BackUpEventLog(*config.settings, command.backup);
  if (!made.ok()) {
    std::fprintf(stderr, "kyc-gateway: %s\n", std::string(made.status().message()).c_str());
    return kCannotStart;
  }
  return Print(absl::StrCat("backed up to event ", made->newest_sequence, ", ", made->size_bytes,
                            " bytes, checked and synced\n"));
}

int Ask(const kyc::CommandLine& command) {
  const kyc::config::Loaded config = kyc::config::Load(command.config);
  if (!config.settings.ok()) {
    std::fprintf(stderr, "kyc-gateway: the configuration is wrong:\n%s\n",
                 std::string(config.settings.status().message()).c_str());
    return kWrongCommand;
  }
  if (!config.settings->admin.has_value()) {
    std::fprintf(stderr, "kyc-gateway: there is nobody to ask: no admin {}\n");
    return kWrongCommand;
  }
  const auto answer = kyc::upstream::Ask(*config.settings->admin, command.ask, kLongestAnswer);
  if (!answer.ok()) {
    std::fprintf(stderr, "kyc-gateway: %s\n", std::string(answer.status().message()).c_str());
    return kCannotStart;
  }
  std::fputs(answer->body.c_str(), stdout);
  return answer->status == 200 ? kDone : kCannotStart;
}

}  // namespace

int main(int argc, char** argv) {
  using Task = kyc::CommandLine::Task;
  kyc::ForgetEnvironment();
  const auto command = kyc::ReadCommandLine(std::vector<std::string>(argv + 1, argv + argc));
  if (!command.ok()) {
    std::fprintf(stderr, "kyc-gateway: %s; see --help\n",
                 std::string(command.status().message()).c_str());
    return kWrongCommand;
  }
  if (!command->allow_core_dumps) kyc::ForbidCoreDumps();
  if (command->task == Task::kHelp) return Print(kyc::Usage());
  if (command->task == Task::kVersion) return Print(kyc::VersionLine("kyc-gateway"));
  QuietLibraries();
  if (command->task == Task::kCheck) return Check(command->config);
  if (command->task == Task::kImport) return Import(command->config, command->import_from);
  if (command->task == Task::kBackup) return Backup(*command);
  if (command->task == Task::kAsk) return Ask(*command);
  if (const absl::Status enough = kyc::TakeResources(); !enough.ok()) {
    std::fprintf(stderr, "kyc-gateway: cannot start: %s\n", std::string(enough.message()).c_str());
    return kCannotStart;
  }
  kyc::BlockSignals();
  kyc::StderrLines lines;
  return Serve(command->config, lines);
}
