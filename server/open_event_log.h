// The event log that the configuration asks for.
#ifndef SERVER_OPEN_EVENT_LOG_H_
#define SERVER_OPEN_EVENT_LOG_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/call/metrics.h"
#include "server/config/settings.h"
#include "server/events/audit.h"
#include "server/events/call_keys.h"
#include "server/events/event_log.h"
#include "server/events/quarantine.h"
#include "server/events/usage.h"

namespace kyc {

struct OpenedLog {
  std::unique_ptr<events::EventLog> log;
  events::Quarantine* quarantine = nullptr;  // Owned by `log`.
  events::CallKeys* call_keys = nullptr;     // Owned by `log`.
  events::Audit* audit = nullptr;            // Likewise.
  events::Usage* usage = nullptr;            // Likewise.
  std::string backup_folder;                 // Empty: none.
};

// `settings.event_log` is set. Blocks: PostgreSQL is waited for. The error is for the operator and
// names the log. `say` takes what was found and done meanwhile; `log_line`, what goes wrong later,
// from any thread. Both get lines without data. `metrics` outlives the log.
absl::StatusOr<OpenedLog> OpenEventLog(const config::Settings& settings, Metrics& metrics,
                                       std::function<void(absl::string_view)> say,
                                       std::function<void(absl::string_view)> log_line);

// Moves the log of an SQLite file into the PostgreSQL that `settings.event_log` names. Blocks; may
// be broken off and made again. The error is for the operator. `say` takes lines about how far it
// is.
absl::Status ImportEventLog(const config::Settings& settings, const std::string& sqlite_path,
                            std::function<void(absl::string_view)> say);

// Copies the event log to a new file, while a gateway may use it. Blocks. As EventLog::BackUp.
absl::StatusOr<events::BackedUp> BackUpEventLog(const config::Settings& settings,
                                                const std::string& path);

}  // namespace kyc

#endif  // SERVER_OPEN_EVENT_LOG_H_
