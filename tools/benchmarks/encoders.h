// The gateway's base64 beside others.
#ifndef TOOLS_BENCHMARKS_ENCODERS_H_
#define TOOLS_BENCHMARKS_ENCODERS_H_

#include "tools/benchmarks/options.h"
#include "tools/benchmarks/row.h"

namespace kyc::bench {

// Ours in each way that this processor has, Abseil's, OpenSSL's, and memcpy of the same bytes as
// the floor.
Suite RunBase64(const Options& options);

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_ENCODERS_H_
