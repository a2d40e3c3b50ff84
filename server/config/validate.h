// From the configuration as written to the settings as used. Pure but for `read_file`.
#ifndef SERVER_CONFIG_VALIDATE_H_
#define SERVER_CONFIG_VALIDATE_H_

#include <filesystem>

#include "absl/status/statusor.h"
#include "kyc/config/v1/config.pb.h"
#include "server/config/field_checks.h"
#include "server/config/settings.h"

namespace kyc::config {

// INVALID_ARGUMENT: every fault at once, one per line, "field: what is wrong". Relative paths are
// relative to `folder`.
absl::StatusOr<Settings> Validate(const v1::Config& config, const std::filesystem::path& folder,
                                  const ReadFile& read_file);

}  // namespace kyc::config

#endif  // SERVER_CONFIG_VALIDATE_H_
