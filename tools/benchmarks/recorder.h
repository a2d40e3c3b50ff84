// What became of the calls of one measurement.
#ifndef TOOLS_BENCHMARKS_RECORDER_H_
#define TOOLS_BENCHMARKS_RECORDER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace kyc::bench {

// Single-threaded. Successes count between Start and Stop, failures always: one before or after
// spoils the measurement just as well.
class Recorder {
 public:
  void Start() { counting_ = true; }
  void Stop() { counting_ = false; }

  void Succeeded(int64_t nanoseconds);
  void Failed(const std::string& why) { ++failures_[why]; }

  // The longest time, in milliseconds, since it was asked for last; counted or not.
  double TakeLongest();

  size_t successes() const { return times_.size(); }
  size_t failures() const;
  // The most frequent failure and how often it was met; empty if there is none.
  std::string Why() const;
  // The time in milliseconds that this part of the calls kept to; 0 if there is none. Sorts.
  double Milliseconds(double part);

 private:
  bool counting_ = false;
  int64_t longest_ = 0;
  std::vector<uint32_t> times_;  // In units of 100 ns: 10 M of them are 40 MB.
  std::map<std::string, size_t> failures_;
};

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_RECORDER_H_
