// What a process notes in the audit log of itself, and of whom it did not let in.
#ifndef SERVER_PROCESS_NOTES_H_
#define SERVER_PROCESS_NOTES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/config/settings.h"
#include "server/events/audit.h"
#include "server/rpc/not_let_in.h"

namespace kyc {

// Whom it does not let in has one entry at once, and then one for all that are alike in the next
// ten minutes, with their number; of more than 64 kinds in ten minutes, one for all others. So
// strangers make 130 entries in ten minutes at most, however often they come. The numbers of the
// last minutes are lost with the process.
//
// What was configured is written again until it is there: nothing waits for it, as a configuration
// may be what shuts somebody out. Of 16 that wait, the oldest goes.
//
// Thread-safe.
class ProcessNotes {
 public:
  // `audit` outlives it. `process` names this one among those that share the log.
  ProcessNotes(events::Audit& audit, std::string process, std::function<absl::Time()> steady_clock);
  // Writes what it has counted. No call may come any more; those that wait are not waited for.
  ~ProcessNotes();

  void NotLetIn(const rpc::Refused& refused);
  // `outcome` is empty, or why the configuration was not taken over.
  void Configured(std::string act, std::string outcome);
  // Every few seconds: writes what is due.
  void Look();

 private:
  using Kind = std::tuple<std::string, std::string, std::string, std::string>;
  struct Repeats {
    absl::Time until;
    int64_t more = 0;
  };
  // What waits until it is written.
  struct Pending;

  void Write(const Kind& kind, int64_t times);
  void TellUntil(absl::Time now);

  events::Audit& audit_;
  const std::string process_;
  const std::function<absl::Time()> clock_;
  std::mutex mutex_;
  std::map<Kind, Repeats> kinds_;           // Guarded by mutex_.
  const std::shared_ptr<Pending> pending_;  // Its own: what comes back may come after the end.
};

// "configuration at the start; callers: app full_view, ops admin audit": who may what from then on.
std::string ConfiguredAct(absl::string_view when, const std::vector<config::Caller>& callers);
// This process among those that share a log: host and process id.
std::string ProcessName();

}  // namespace kyc

#endif  // SERVER_PROCESS_NOTES_H_
