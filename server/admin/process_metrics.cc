#include "server/admin/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "absl/types/optional.h"

namespace kyc::admin {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

void Add(std::vector<MetricFamily>& to, MetricType type, const char* name, const char* help,
         double value) {
  MetricFamily family = {.name = name, .help = help, .type = type, .metric = {}};
  prometheus::ClientMetric& metric = family.metric.emplace_back();
  (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  to.push_back(std::move(family));
}

// Of /proc/self/stat, behind the name, which may hold anything.
struct Stat {
  double threads = 0;
  double start_ticks = 0;  // Since the system's start.
  double virtual_bytes = 0;
  double resident_pages = 0;
};

absl::optional<Stat> ReadStat() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  if (!std::getline(file, text)) return absl::nullopt;
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return absl::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  constexpr int kBeforeThreads = 17;  // Fields 3 to 19 of proc(5).
  for (int i = 0; i < kBeforeThreads; ++i) fields >> skipped;
  Stat stat;
  fields >> stat.threads >> skipped >> stat.start_ticks >> stat.virtual_bytes >>
      stat.resident_pages;
  if (fields.fail()) return absl::nullopt;
  return stat;
}

// When the system started, by the wall clock.
double BootTime() {
  timespec now, since;
  clock_gettime(CLOCK_REALTIME, &now);
  clock_gettime(CLOCK_BOOTTIME, &since);
  return static_cast<double>(now.tv_sec - since.tv_sec);
}

absl::optional<double> OpenDescriptors() {
  // Kernels from 6.2 on say how many there are; a look at each costs with thousands of connections.
  struct stat folder = {};
  if (stat("/proc/self/fd", &folder) == 0 && folder.st_size > 0) {
    return static_cast<double>(folder.st_size);
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> opened(opendir("/proc/self/fd"), closedir);
  if (opened == nullptr) return absl::nullopt;
  constexpr double kNone = -3;  // Itself, its parent, and this one.
  double count = kNone;
  while (readdir(opened.get()) != nullptr) ++count;
  return count;
}

double Seconds(const timeval& time) {
  constexpr double kMicros = 1e-6;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * kMicros;
}

}  // namespace

std::vector<MetricFamily> ProcessMetrics() {
  std::vector<MetricFamily> all;
  rusage used = {};
  if (getrusage(RUSAGE_SELF, &used) == 0) {
    Add(all, MetricType::Counter, "process_cpu_seconds_total", "CPU time, user and system.",
        Seconds(used.ru_utime) + Seconds(used.ru_stime));
  }
  if (const auto stat = ReadStat()) {
    Add(all, MetricType::Gauge, "process_resident_memory_bytes", "Memory in use.",
        stat->resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE)));
    Add(all, MetricType::Gauge, "process_virtual_memory_bytes", "Address space in use.",
        stat->virtual_bytes);
    Add(all, MetricType::Gauge, "process_threads", "Threads.", stat->threads);
    Add(all, MetricType::Gauge, "process_start_time_seconds",
        "When it was started, in seconds since 1970.",
        BootTime() + stat->start_ticks / static_cast<double>(sysconf(_SC_CLK_TCK)));
  }
  if (const auto open = OpenDescriptors()) {
    Add(all, MetricType::Gauge, "process_open_fds", "Descriptors that are open.", *open);
  }
  rlimit files = {};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    Add(all, MetricType::Gauge, "process_max_fds", "Descriptors that may be open.",
        static_cast<double>(files.rlim_cur));
  }
  return all;
}

}  // namespace kyc::admin
