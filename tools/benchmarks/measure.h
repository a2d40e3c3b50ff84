// A window of time in which what happens counts.
#ifndef TOOLS_BENCHMARKS_MEASURE_H_
#define TOOLS_BENCHMARKS_MEASURE_H_

#include <functional>
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

// Runs the poller for the window, with `on_turn` between its waits, and reads what the recorder
// counted and what the gateway used for it. No gateway (nullptr): the row has no CPU and memory.
Row Measure(const std::string& name, Poller& poller, const Gateway* gateway, Recorder& recorder,
            const Window& window, absl::FunctionRef<void()> on_turn);

// Measures a row so often as the options say, tells its progress, and returns the median. None if
// the row is not wanted.
void MeasureRow(const Options& options, const std::string& name,
                absl::FunctionRef<Row(const std::string&)> measure, Suite& suite);

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_MEASURE_H_
