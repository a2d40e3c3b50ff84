// Notifications to their watchers.
#ifndef TOOLS_BENCHMARKS_WATCH_H_
#define TOOLS_BENCHMARKS_WATCH_H_

#include "tools/benchmarks/options.h"
#include "tools/benchmarks/row.h"

namespace kyc::bench {

// Fan-out to all, watchers of one reference each, all of them coming back at once, and slow ones.
Suite RunWatch(const Options& options);

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_WATCH_H_
