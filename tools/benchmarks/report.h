// Results as a table for people and as JSON for programs. Pure.
#ifndef TOOLS_BENCHMARKS_REPORT_H_
#define TOOLS_BENCHMARKS_REPORT_H_

#include <string>
#include <vector>

#include "tools/benchmarks/row.h"

namespace kyc::bench {

// Where and when it was measured.
struct Machine {
  std::string processor;
  int cores = 0;
  std::string kernel;
  std::string date;
};
Machine ThisMachine();
// In a line.
std::string Words(const Machine& machine);

// Markdown, aligned for a terminal too.
std::string Table(const Suite& suite);

std::string Json(const Machine& machine, const std::vector<Suite>& suites);

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_REPORT_H_
