// Shows that what libgrpc reads is really counted.
#ifndef SERVER_FRAMES_PROOF_H_
#define SERVER_FRAMES_PROOF_H_

#include "absl/status/status.h"

namespace kyc::frames {

enum class Wire { kPlain, kTls };

// Connects to a server of gRPC's that lives for this purpose and a few milliseconds, and looks
// whether its reading was seen (counted_reads.h). UNAVAILABLE, in one line, if it was not, or if it
// could not be tried. Blocks; at most some seconds.
absl::Status ProveReadsAreCounted(Wire wire);

}  // namespace kyc::frames

#endif  // SERVER_FRAMES_PROOF_H_
