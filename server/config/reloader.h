// Finds that the configuration of a running gateway has changed.
#ifndef SERVER_CONFIG_RELOADER_H_
#define SERVER_CONFIG_RELOADER_H_

#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "server/call/secret.h"
#include "server/config/disk.h"
#include "server/config/load.h"
#include "server/config/settings.h"

namespace kyc::config {

// What a look found.
struct Change {
  // Whose callers and accounts' secrets are to be used from now on; else why all stays as it is, in
  // one line that quotes no secret.
  absl::StatusOr<Settings> settings;
  // More is different from what the gateway was started with than it can take over.
  bool needs_restart = false;
  // What it was read from, as Whole::config; empty where `settings` is an error.
  std::string config = {};
};

// Used by one thread, main's. Blocks while it reads.
class Reloader {
 public:
  // `at_start` is what the gateway was started with.
  Reloader(std::string path, const Loaded& at_start);

  // Reads the configuration again if one of its files has changed, or if `asked` to. Nothing if
  // there is nothing to tell: nothing changed, it is wrong in the same way as before, or the files
  // change while they are read. Those are read again at the next look.
  absl::optional<Change> Look(bool asked);

 private:
  const std::string path_;
  // As the gateway was started.
  const std::set<std::string> accounts_;
  const Whole fixed_;
  // As the last look found it.
  Stamps files_;
  Whole whole_;
  std::string fault_;   // What was wrong with it; empty if nothing was.
  bool asked_ = false;  // And not answered so far.
  bool again_ = true;   // Whether the next look reads, whatever the stamps are.
};

}  // namespace kyc::config

#endif  // SERVER_CONFIG_RELOADER_H_
