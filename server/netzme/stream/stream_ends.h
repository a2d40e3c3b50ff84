// Why the server ends a stream, as its reader is told.
#ifndef SERVER_NETZME_STREAM_STREAM_ENDS_H_
#define SERVER_NETZME_STREAM_STREAM_ENDS_H_

#include "absl/status/status.h"

namespace kyc::netzme {

// RESOURCE_EXHAUSTED SLOW_CONSUMER.
absl::Status SlowConsumer();
// OUT_OF_RANGE NEAR_RETENTION.
absl::Status NearRetention();
// UNAVAILABLE LOG_UNAVAILABLE: it does not answer.
absl::Status SilentLog();
// UNAVAILABLE SERVER_DRAINING.
absl::Status Draining();

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_STREAM_STREAM_ENDS_H_
