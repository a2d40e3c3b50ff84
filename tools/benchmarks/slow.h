// Calls that wait.
#ifndef TOOLS_BENCHMARKS_SLOW_H_
#define TOOLS_BENCHMARKS_SLOW_H_

#include "tools/benchmarks/options.h"
#include "tools/benchmarks/row.h"

namespace kyc::bench {

// 10,000 calls to an upstream that answers after five seconds; and to one that never answers: how
// much later than its deadline does each end?
Suite RunSlow(const Options& options);

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_SLOW_H_
