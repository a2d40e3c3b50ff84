// A line of the result.
#ifndef TOOLS_BENCHMARKS_ROW_H_
#define TOOLS_BENCHMARKS_ROW_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/optional.h"

namespace kyc::bench {

// Something that one kind of row has beside the usual.
struct Extra {
  std::string name;  // With its unit.
  double value = 0;
};

// A measurement: of one round, or the medians of several.
struct Row {
  std::string name;
  double per_second = 0;
  absl::optional<double> cpu_microseconds;  // Of the gateway, per call; none where it has no part.
  double p50_milliseconds = 0;
  double p99_milliseconds = 0;
  double longest_milliseconds = 0;
  absl::optional<double> peak_mebibytes;          // Of the gateway.
  absl::optional<double> generator_microseconds;  // CPU of the generator, per call.
  size_t failures = 0;                            // Any one disqualifies the row.
  std::string why;
  std::vector<Extra> extras;
};

// A value over the time of one run.
struct Line {
  std::string name;                               // With its unit.
  std::vector<std::pair<double, double>> points;  // Seconds, value.
};
struct Timeline {
  std::string title;
  std::vector<Line> lines = {};
};

struct Suite {
  std::string name;
  std::string counts;  // What is counted: "calls", "deliveries".
  std::vector<Row> rows = {};
  std::vector<Timeline> timelines = {};
};

// The row that could not be measured.
Row Failed(std::string name, std::string why);

// Of each number the median; of failures the sum.
Row Median(const std::vector<Row>& rounds);

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_ROW_H_
