#include "server/events/clocks.h"

#include <time.h>

#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"

namespace kyc::events {

ClockReading ReadClocks() {
  timespec since_boot = {};
  clock_gettime(CLOCK_BOOTTIME, &since_boot);
  return {.wall = absl::Now(), .since_boot = absl::DurationFromTimespec(since_boot)};
}

std::string BootId() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string uuid;
  std::getline(file, uuid);
  return absl::HexStringToBytes(absl::StrReplaceAll(uuid, {{"-", ""}}));
}

}  // namespace kyc::events
