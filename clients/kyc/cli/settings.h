// How the gateway is reached, where that was said: on the command line, in the environment, in the
// settings file.
#ifndef CLIENTS_KYC_CLI_SETTINGS_H_
#define CLIENTS_KYC_CLI_SETTINGS_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "clients/kyc/access.h"

namespace kyc::cli {

// Where neither says: tools/run's.
inline constexpr char kDefaultAddress[] = "127.0.0.1:50051";

// What one of the three says. Empty: nothing.
struct Said {
  std::string address = {};
  std::string token = {};
  std::string token_file = {};
  absl::optional<bool> tls = {};
  std::string ca_file = {};
  std::string certificate_file = {};
  std::string key_file = {};
};

using Variable = std::function<std::string(const char* name)>;  // Empty where it is not set.

// KYC_ADDRESS, KYC_TOKEN, KYC_TOKEN_FILE, KYC_TLS, KYC_CA, KYC_CERT, KYC_KEY.
absl::StatusOr<Said> SaidByEnvironment(const Variable& variable);

// Which file holds settings: `named` where that is not empty, else $KYC_SETTINGS, else
// kyc/settings.toml in the user's folder for configuration. Empty: nobody says.
std::string SettingsPath(const std::string& named, const Variable& variable);

// TOML: address, token, token_file, tls, ca, cert, key. Nothing, if there is no such file and
// `must_exist` is false. Refused: what it does not know, and a token in a file that others may
// read.
absl::StatusOr<Said> SaidByFile(const std::string& path, bool must_exist);

// The command line goes before the environment, and that before the file. What the file says of
// tokens and TLS goes with its address, and to no other: else one for a test would be sent the
// token of production. Pure.
absl::StatusOr<client::Access> Settle(const Said& line, const Said& environment, Said file);

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_CLI_SETTINGS_H_
