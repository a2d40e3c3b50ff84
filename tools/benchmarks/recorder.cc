#include "tools/benchmarks/recorder.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

namespace kyc::bench {
namespace {

constexpr int64_t kUnit = 100;
constexpr double kUnitsPerMillisecond = 1e6 / kUnit;
constexpr int64_t kLongest = std::numeric_limits<uint32_t>::max();

}  // namespace

void Recorder::Succeeded(int64_t nanoseconds) {
  longest_ = std::max(longest_, nanoseconds);
  if (!counting_) return;
  times_.push_back(static_cast<uint32_t>(std::clamp<int64_t>(nanoseconds / kUnit, 0, kLongest)));
}

double Recorder::TakeLongest() { return std::exchange(longest_, 0) / 1e6; }

size_t Recorder::failures() const {
  size_t sum = 0;
  for (const auto& [why, count] : failures_) sum += count;
  return sum;
}

std::string Recorder::Why() const {
  const auto most = std::max_element(failures_.begin(), failures_.end(),
                                     [](auto& a, auto& b) { return a.second < b.second; });
  return most == failures_.end() ? "" : absl::StrCat(most->second, " x ", most->first);
}

double Recorder::Milliseconds(double part) {
  if (times_.empty()) return 0;
  std::sort(times_.begin(), times_.end());
  const size_t at = std::min(times_.size() - 1, static_cast<size_t>(part * times_.size()));
  return times_[at] / kUnitsPerMillisecond;
}

}  // namespace kyc::bench
