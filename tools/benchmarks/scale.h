// From a value to its place on a picture.
#ifndef TOOLS_BENCHMARKS_SCALE_H_
#define TOOLS_BENCHMARKS_SCALE_H_

#include <vector>

namespace kyc::bench {

// From 0 to the largest value; where the values differ so much that the small ones would not be
// seen, by logarithm, from the power of ten below the smallest.
class Scale {
 public:
  explicit Scale(const std::vector<double>& values);

  bool logarithmic() const { return logarithmic_; }
  // 0 to 1.
  double At(double value) const;
  // The powers of ten on it, if it is logarithmic.
  std::vector<double> Decades() const;

 private:
  bool logarithmic_ = false;
  double least_ = 0;
  double most_ = 0;
};

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_SCALE_H_
