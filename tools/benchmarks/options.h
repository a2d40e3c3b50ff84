// What the user asked for.
#ifndef TOOLS_BENCHMARKS_OPTIONS_H_
#define TOOLS_BENCHMARKS_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kyc::bench {

struct Options {
  std::vector<std::string> suites;  // Never empty.
  int rounds = 3;
  double seconds = 3;      // Of a window.
  std::string only;        // Only rows whose name contains this.
  std::string out;         // Folder of the results.
  std::string contestant;  // tools/benchmarks/contestant.
  // The suite postgres: tools/benchmarks/log_servers, and the program of bare appends.
  std::string log_servers = {};
  std::string appends = {};

  // Sizes that the smoke test makes small.
  int waiting_calls = 10'000;
  double upstream_delay = 5;  // Seconds.
  int watchers = 10'000;
  int fan_watchers = 1'000;
  double slow_consumer_seconds = 40;  // Longer than a reader may take nothing.

  bool Wants(absl::string_view row) const { return row.find(only) != absl::string_view::npos; }
};

inline constexpr const char* kSuites[] = {"calls",    "tls",   "slow",  "webhook",
                                          "postgres", "watch", "base64"};

// An error says how to call it.
absl::StatusOr<Options> ParseOptions(const std::vector<std::string>& arguments);

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_OPTIONS_H_
