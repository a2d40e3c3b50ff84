// Reads the configuration file and the files it names.
#ifndef SERVER_CONFIG_LOAD_H_
#define SERVER_CONFIG_LOAD_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/call/secret.h"
#include "server/config/disk.h"
#include "server/config/settings.h"

namespace kyc::config {

// A configuration and its files, to be compared with another one.
struct Whole {
  std::string config;                                 // Its message, serialized: without secrets.
  std::vector<std::pair<std::string, Secret>> files;  // By their names, in the order of use.
};
bool IsSame(const Whole& a, const Whole& b);

// A configuration as it was found.
struct Loaded {
  // Checked, defaults filled in, secrets read. Else INVALID_ARGUMENT whose message has one fault
  // per line, "path:line: field: what is wrong", and quotes no value: any may be a secret that
  // stands in the wrong place.
  absl::StatusOr<Settings> settings = absl::UnknownError("not loaded");
  // Every file that was looked at, as it was before it was read; where `settings` is an error, too.
  Stamps files;
  // The configuration with the content of all its files, and the same without what is reloaded
  // (ClearReloaded). Empty where `settings` is an error.
  Whole whole;
  Whole fixed;
};

// Thread-safe; blocks: for the start and for reloads only.
Loaded Load(const std::string& path);

}  // namespace kyc::config

#endif  // SERVER_CONFIG_LOAD_H_
