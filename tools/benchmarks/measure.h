// A window of time in which what happens counts.
#ifndef TOOLS_BENCHMARKS_MEASURE_H_
#define TOOLS_BENCHMARKS_MEASURE_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "tools/benchmarks/gateway.h"
#include "tools/benchmarks/options.h"
#include "tools/benchmarks/poller.h"
#include "tools/benchmarks/recorder.h"
#include "tools/benchmarks/row.h"

namespace kyc::bench {

struct Window {
  double warm = 1;  // Seconds before it in which nothing counts.
  double seconds = 3;
  int turn = 20;  // Milliseconds after which on_turn is called at the latest.
};

// As the options say.
GatewayProgram ProgramOf(const Options& options);
Window WindowOf(const Options& options);

// Runs the poller until `done` or so many seconds are over; false then. `done` is asked at each
// turn.
bool RunUntil(Poller& poller, double seconds, absl::FunctionRef<bool()> done);

// From its making to Stop: what the recorder counts, and what gateway and generator use for it.
class Meter {
 public:
  // No gateway (nullptr): the row has no CPU and memory. Both outlive the meter.
  Meter(const Gateway* gateway, Recorder& recorder);

  Row Stop(const std::string& name);

 private:
  const Gateway* const gateway_;
  Recorder& recorder_;
  const int64_t begin_;
  const int64_t gateway_cpu_;
  const int64_t own_cpu_;
};

// Runs the poller for the window, with `on_turn` between its waits, and measures.
Row Measure(const std::string& name, Poller& poller, const Gateway* gateway, Recorder& recorder,
            const Window& window, absl::FunctionRef<void()> on_turn);

// Measures a row so often as the options say, tells its progress, and returns the median. None if
// the row is not wanted.
void MeasureRow(const Options& options, const std::string& name,
                absl::FunctionRef<Row(const std::string&)> measure, Suite& suite);

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_MEASURE_H_
