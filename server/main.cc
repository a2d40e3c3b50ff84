// kyc-gateway: reads the configuration, serves and reloads it until a signal, drains.
//
// Exit status: 0 after a drain, 1 if a listener or the event log could not be opened, 2 for a bad
// command line or configuration.
#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#include <signal.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/resource.h>
#include <time.h>

#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/synchronization/mutex.h"
#include "server/config/describe.h"
#include "server/config/load.h"
#include "server/config/reloader.h"
#include "server/gateway.h"

ABSL_FLAG(std::string, config, "", "The configuration, a textproto file of kyc.config.v1.Config.");
ABSL_FLAG(bool, check, false, "Only check the configuration: exit 0 if it is right, else 2.");

namespace {

constexpr char kUsage[] = "kyc-gateway --config FILE [--check]";

// How often it is looked whether a file of the configuration has changed.
constexpr timespec kBetweenLooks = {.tv_sec = 5, .tv_nsec = 0};

struct Signals {
  sigset_t stop;
  sigset_t all;  // And the one by which to look at once: SIGHUP.
};

// Every thread inherits this mask, so that only the main thread takes the signals.
Signals BlockSignals() {
  Signals signals;
  sigemptyset(&signals.stop);
  sigaddset(&signals.stop, SIGINT);
  sigaddset(&signals.stop, SIGTERM);
  signals.all = signals.stop;
  sigaddset(&signals.all, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals.all, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

// Lines wait for whoever reads stderr on a thread of their own; when that one is slow the oldest
// lines are lost, and the gateway goes on.
class Log {
 public:
  explicit Log(const std::string& level)
      : writer_(std::make_shared<spdlog::details::thread_pool>(kLinesWaiting, 1)),
        logger_(std::make_shared<spdlog::async_logger>(
            "kyc", std::make_shared<spdlog::sinks::stderr_sink_mt>(), writer_,
            spdlog::async_overflow_policy::overrun_oldest)) {
    logger_->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
    logger_->set_level(spdlog::level::from_str(level));
  }
  const std::shared_ptr<spdlog::logger>& logger() const { return logger_; }

 private:
  static constexpr size_t kLinesWaiting = 8192;

  std::shared_ptr<spdlog::details::thread_pool> writer_;
  std::shared_ptr<spdlog::logger> logger_;
};

// A service manager's soft limit is often 1,024 files: fewer connections than the slots of one
// upstream.
void AllowManyConnections() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Reloads what changes, until a signal says to stop.
void AwaitStop(const Signals& signals, kyc::config::Reloader& reloader, kyc::Gateway& gateway) {
  for (;;) {
    const int signal = sigtimedwait(&signals.all, nullptr, &kBetweenLooks);
    if (signal > 0 && sigismember(&signals.stop, signal) == 1) return;
    const auto change = reloader.Look(signal == SIGHUP);
    if (change.has_value()) gateway.Reload(*change);
  }
}

int Serve(const kyc::config::Loaded& config, const Signals& signals) {
  const kyc::config::Settings& settings = *config.settings;
  const Log lines(settings.log_level);
  const std::shared_ptr<spdlog::logger>& log = lines.logger();
  auto made = kyc::MadeGateway::Make(settings, log);
  if (!made.ok()) {
    std::fprintf(stderr, "kyc-gateway: %s\n", std::string(made.status().message()).c_str());
    return 1;
  }
  kyc::Gateway gateway = (*std::move(made)).Serve();
  kyc::config::Reloader reloader(absl::GetFlag(FLAGS_config), config);
  AwaitStop(signals, reloader, gateway);
  // A second signal does not wait for the drain.
  pthread_sigmask(SIG_UNBLOCK, &signals.stop, nullptr);
  gateway.Drain();
  log->info("drained");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(kUsage);
  absl::ParseCommandLine(argc, argv);
  // Debug builds of Abseil's mutexes look for deadlocks at a cost that shows in every call.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // What gRPC itself has to say comes from callers' faults, in a form of its own.
  gpr_set_log_function([](gpr_log_func_args*) {});
  // Protobuf's own words about unreadable messages name fields on stderr; callers are told anyway.
  google::protobuf::SetLogHandler(nullptr);
  AllowManyConnections();
  const Signals signals = BlockSignals();

  if (absl::GetFlag(FLAGS_config).empty()) {
    std::fprintf(stderr, "kyc-gateway: say which configuration: %s\n", kUsage);
    return 2;
  }
  const kyc::config::Loaded config = kyc::config::Load(absl::GetFlag(FLAGS_config));
  if (!config.settings.ok()) {
    std::fprintf(stderr, "kyc-gateway: the configuration is wrong, nothing was started:\n%s\n",
                 std::string(config.settings.status().message()).c_str());
    return 2;
  }
  if (absl::GetFlag(FLAGS_check)) {
    std::printf("%s", kyc::config::Describe(*config.settings).c_str());
    return 0;
  }
  return Serve(config, signals);
}
