#include "tools/benchmarks/scale.h"

#include <algorithm>
#include <cmath>

namespace kyc::bench {
namespace {

constexpr double kTooFar = 30;

}  // namespace

Scale::Scale(const std::vector<double>& values) {
  double smallest = 0;
  for (const double value : values) {
    most_ = std::max(most_, value);
    if (value > 0 && (smallest == 0 || value < smallest)) smallest = value;
  }
  if (most_ == 0) most_ = 1;
  if (smallest > 0 && most_ / smallest > kTooFar) {
    logarithmic_ = true;
    least_ = std::pow(10, std::floor(std::log10(smallest) - 0.05));
  }
}

double Scale::At(double value) const {
  if (!logarithmic_) return std::clamp(value / most_, 0.0, 1.0);
  if (value <= least_) return 0;
  return std::min(1.0, std::log(value / least_) / std::log(most_ / least_));
}

std::vector<double> Scale::Decades() const {
  std::vector<double> decades;
  for (double value = least_; logarithmic_ && value <= most_; value *= 10) {
    decades.push_back(value);
  }
  return decades;
}

}  // namespace kyc::bench
