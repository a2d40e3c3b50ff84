// Watchers that read slowly, or never.
#ifndef TOOLS_BENCHMARKS_SLOW_READERS_H_
#define TOOLS_BENCHMARKS_SLOW_READERS_H_

#include "tools/benchmarks/options.h"
#include "tools/benchmarks/row.h"

namespace kyc::bench {

// 1,000 watchers of everything on 100 connections: once all read, once one in ten reads slowly and
// one in ten nothing. The rows count what came to the others: it must come as fast. Those that take
// nothing must be ended as slow consumers.
void MeasureSlowReaders(const Options& options, Suite& suite);

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_SLOW_READERS_H_
