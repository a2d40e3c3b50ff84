// Calls to an upstream that answers at once.
#ifndef TOOLS_BENCHMARKS_CALLS_H_
#define TOOLS_BENCHMARKS_CALLS_H_

#include "tools/benchmarks/options.h"
#include "tools/benchmarks/row.h"

namespace kyc::bench {

// Images of 100 B to 4 MB, 64 calls in flight.
Suite RunCalls(const Options& options);

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_CALLS_H_
