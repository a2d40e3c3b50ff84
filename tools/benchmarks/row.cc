#include "tools/benchmarks/row.h"

#include <algorithm>

namespace kyc::bench {
namespace {

double MedianOf(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

template <typename Value>
double MedianOf(const std::vector<Row>& rounds, const Value& value) {
  std::vector<double> values;
  for (const Row& round : rounds) values.push_back(value(round));
  return MedianOf(std::move(values));
}

absl::optional<double> MedianOf(const std::vector<Row>& rounds,
                                absl::optional<double> Row::*value) {
  std::vector<double> values;
  for (const Row& round : rounds) {
    if (round.*value) values.push_back(*(round.*value));
  }
  if (values.empty()) return absl::nullopt;
  return MedianOf(std::move(values));
}

}  // namespace

Row Failed(std::string name, std::string why) {
  Row row;
  row.name = std::move(name);
  row.failures = 1;
  row.why = std::move(why);
  return row;
}

Row Median(const std::vector<Row>& rounds) {
  Row median = rounds.front();
  for (double Row::*value : {&Row::per_second, &Row::p50_milliseconds, &Row::p99_milliseconds,
                             &Row::longest_milliseconds}) {
    median.*value = MedianOf(rounds, [value](const Row& row) { return row.*value; });
  }
  median.cpu_microseconds = MedianOf(rounds, &Row::cpu_microseconds);
  median.generator_microseconds = MedianOf(rounds, &Row::generator_microseconds);
  median.peak_mebibytes = MedianOf(rounds, &Row::peak_mebibytes);
  for (size_t i = 0; i < median.extras.size(); ++i) {
    median.extras[i].value = MedianOf(
        rounds, [i](const Row& row) { return i < row.extras.size() ? row.extras[i].value : 0; });
  }
  median.failures = 0;
  for (const Row& round : rounds) {
    median.failures += round.failures;
    if (median.why.empty()) median.why = round.why;
  }
  return median;
}

}  // namespace kyc::bench
