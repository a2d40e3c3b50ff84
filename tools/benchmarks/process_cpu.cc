#include "tools/benchmarks/process_cpu.h"

#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace kyc::bench {

int64_t CpuTicks(pid_t process) {
  std::ifstream file(absl::StrCat("/proc/", process, "/stat"));
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const size_t name_ends = text.rfind(')');
  if (name_ends == text.npos) return 0;
  constexpr size_t kFirst = 12;  // utime, stime, cutime and cstime, counted after the name.
  const std::vector<std::string> fields = absl::StrSplit(text.substr(name_ends + 1), ' ');
  int64_t ticks = 0;
  for (size_t field = kFirst; field < kFirst + 4 && field < fields.size(); ++field) {
    int64_t number = 0;
    if (absl::SimpleAtoi(fields[field], &number)) ticks += number;
  }
  return ticks;
}

double SecondsOf(int64_t ticks) {
  return static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace kyc::bench
