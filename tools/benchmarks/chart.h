// A suite as a picture: a panel each for CPU, times, memory and whatever else several rows have;
// below them the lines over time.
#ifndef TOOLS_BENCHMARKS_CHART_H_
#define TOOLS_BENCHMARKS_CHART_H_

#include <string>

#include "tools/benchmarks/row.h"

namespace kyc::bench {

// SVG; `subtitle` says where it was measured. Pure.
std::string Chart(const Suite& suite, const std::string& subtitle);

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_CHART_H_
