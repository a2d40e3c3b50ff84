// Reads the configuration file and the files it names.
#ifndef SERVER_CONFIG_LOAD_H_
#define SERVER_CONFIG_LOAD_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/call/secret.h"
#include "server/config/disk.h"
#include "server/config/settings.h"

namespace kyc::config {

// A configuration as it was found.
struct Loaded {
  // Checked, defaults filled in, secrets read. Else INVALID_ARGUMENT whose message has one fault
  // per line, "path:line: field: what is wrong", and quotes no value: any may be a secret that
  // stands in the wrong place.
  absl::StatusOr<Settings> settings = absl::UnknownError("not loaded");
  // Every file that was looked at, as it was before it was read; where `settings` is an error, too.
  Stamps files;
  // The configuration with the content of all its files, and the same without what is reloaded
  // (ClearReloaded). Only good to be compared. Empty where `settings` is an error.
  Secret whole;
  Secret fixed;
};

// Thread-safe; blocks: for the start and for reloads only.
Loaded Load(const std::string& path);

}  // namespace kyc::config

#endif  // SERVER_CONFIG_LOAD_H_
