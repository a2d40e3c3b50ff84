// What TLS costs the gateway: its calls and connections beside the same in plaintext.
#ifndef TOOLS_BENCHMARKS_TLS_H_
#define TOOLS_BENCHMARKS_TLS_H_

#include "tools/benchmarks/options.h"
#include "tools/benchmarks/row.h"

namespace kyc::bench {

// Images of 100 B and 1 MB, 64 calls in flight; connections that are opened one after the other, as
// fast as the gateway begins with them.
Suite RunTls(const Options& options);

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_TLS_H_
