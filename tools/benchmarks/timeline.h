// Values over the time of a run.
#ifndef TOOLS_BENCHMARKS_TIMELINE_H_
#define TOOLS_BENCHMARKS_TIMELINE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tools/benchmarks/row.h"

namespace kyc::bench {

// Adds a point to each line ten times a second. The timeline outlives it.
class Sampler {
 public:
  struct Source {
    std::string name;
    std::function<double()> value;
  };

  Sampler(Timeline& timeline, std::vector<Source> sources);

  void SampleIfDue();

 private:
  Timeline& timeline_;
  const std::vector<Source> sources_;
  const int64_t begin_;
  int64_t next_;
};

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_TIMELINE_H_
