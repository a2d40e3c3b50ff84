// Reads the configuration file and the files it names: the one place that reads files.
#ifndef SERVER_CONFIG_LOAD_H_
#define SERVER_CONFIG_LOAD_H_

#include <string>

#include "absl/status/statusor.h"
#include "server/config/settings.h"

namespace kyc::config {

// The checked configuration, defaults filled in, secrets read. Else INVALID_ARGUMENT whose message
// has one fault per line, "path:line:column: ..." or "field: ...", and quotes no secret.
// Thread-safe; blocks: for the start and for reloads only.
absl::StatusOr<Settings> Load(const std::string& path);

}  // namespace kyc::config

#endif  // SERVER_CONFIG_LOAD_H_
