// The stream: made when absent, and never used when it is not one that keeps the promises.
#ifndef SERVER_EVENTS_JETSTREAM_STREAM_H_
#define SERVER_EVENTS_JETSTREAM_STREAM_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/events/jetstream/api.h"
#include "server/events/jetstream/nats.h"
#include "server/events/log_keys.h"

namespace kyc::events::jetstream {

struct StreamOptions {
  std::string name;
  std::string subject_prefix;
  int replicas = 3;
  // Each acknowledged message is on the disks of a majority, which only servers of 2.10 and later
  // can promise (sync_interval: always, which they do not tell: it is the operator's to set).
  bool synced = false;
  // How long the stream keeps events, and so how long it remembers a reference.
  absl::Duration max_age = absl::Hours(24 * 400);
};

// The log in the stream. Its id stands in the stream's description, so that every gateway knows it,
// and in its subjects: a stream made anew is another log, and takes nothing from whoever still
// means the old one.
struct StreamState {
  std::string log_id;          // 16 raw bytes.
  std::string subject_prefix;  // Of every reference's subject.
  int64_t first_sequence = 0;
  int64_t last_sequence = 0;
  bool leader_is_old = false;  // As in StreamInfo.
};

// Blocks, one request or two. FAILED_PRECONDITION, for the operator: the stream is another
// application's, of another look-up key, or weaker than `options` ask for. UNAVAILABLE: cannot be
// reached, or has no leader now.
absl::StatusOr<StreamState> PrepareStream(Connection& connection, const StreamOptions& options,
                                          const LogKeys& keys);
// The same without making it; NOT_FOUND when it is gone.
absl::StatusOr<StreamState> LookAtStream(Connection& connection, const StreamOptions& options,
                                         const LogKeys& keys);
// The message of that sequence. None: it is no longer kept. Blocks, one request.
absl::StatusOr<absl::optional<Kept>> MessageAt(Connection& connection, absl::string_view stream,
                                               int64_t sequence);

}  // namespace kyc::events::jetstream

#endif  // SERVER_EVENTS_JETSTREAM_STREAM_H_
