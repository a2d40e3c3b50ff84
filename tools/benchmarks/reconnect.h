// All watchers come back at once.
#ifndef TOOLS_BENCHMARKS_RECONNECT_H_
#define TOOLS_BENCHMARKS_RECONNECT_H_

#include "tools/benchmarks/options.h"
#include "tools/benchmarks/row.h"

namespace kyc::bench {

// Cuts all connections of 10,000 watchers while notifications go on, and lets all streams resume
// from their cursors. The row counts notifications: their answers must not wait for the watchers.
void MeasureReconnect(const Options& options, Suite& suite);

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_RECONNECT_H_
