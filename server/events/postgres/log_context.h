// What every part of one log over PostgreSQL shares.
#ifndef SERVER_EVENTS_POSTGRES_LOG_CONTEXT_H_
#define SERVER_EVENTS_POSTGRES_LOG_CONTEXT_H_

#include <functional>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/call/metrics.h"
#include "server/events/event_log.h"
#include "server/events/log_identity.h"
#include "server/events/postgres/key_clock.h"
#include "server/events/postgres/progress.h"
#include "server/events/postgres/proof.h"
#include "server/events/postgres/servers.h"

namespace kyc::events::postgres {

// Thread-safe; owned by the log, outlives its threads.
struct LogContext {
  LogIdentity log;
  Servers servers;
  Proof proof;
  Progress progress;
  // Of this process: what another one has claimed is that one's, for as long as it may live.
  std::string run_id;
  KeyClock key_clock;
  Metrics* metrics = nullptr;
  // Takes a line without data for the operator. Never null.
  std::function<void(absl::string_view line)> say;

  // As EventLog's; set once, before anything is shown.
  EventLog::OnLost on_lost;
  std::mutex on_lost_mutex;

  // Everything up to here is proven.
  void Advance(const Place& newest, const Proven& proven) {
    progress.Advance(newest);
    metrics->LogProven(newest.sequence, proven.lsn, proven.timeline);
  }
  void TellLost(const absl::Status& why) {
    const std::lock_guard<std::mutex> lock(on_lost_mutex);
    if (on_lost != nullptr) on_lost(why);
  }
};

// A connection to the primary whose history was found to be the one of which this process has seen
// events: its log's id, and its chain where this process has proven an event last. Blocks.
// UNAVAILABLE LOG_UNREACHABLE, or DATA_LOSS LOG_HISTORY_LOST, which is alarmed and remembered in
// the context's progress until a primary is found that has it all.
absl::StatusOr<Primary> ConnectToOurs(LogContext& context, absl::string_view application_name,
                                      const std::vector<std::string>& settings);

// The settings of a session that appends, and of one that reads, by SET: so that no role's,
// database's or DSN's can change them.
std::vector<std::string> WriterSettings();
std::vector<std::string> ReaderSettings(absl::Duration statement_limit);
// Of one that makes tables and partitions, and removes.
std::vector<std::string> KeeperSettings();

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_LOG_CONTEXT_H_
