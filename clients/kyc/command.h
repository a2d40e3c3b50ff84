// What the command line asks for. Pure.
#ifndef CLIENTS_KYC_COMMAND_H_
#define CLIENTS_KYC_COMMAND_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace kyc::client {

enum class Verb { kHelp, kVersion, kList, kDescribe, kCall, kWatch };

struct Command {
  Verb verb = Verb::kHelp;
  std::string address;
  std::string symbol;  // A service, a method or a message; empty for all services.

  // How the gateway is reached. Files are read when it is.
  bool tls = false;
  std::string ca_file;           // Empty: the system's authorities.
  std::string certificate_file;  // With key_file, or neither.
  std::string key_file;
  std::string token_file;  // Of the bearer token; empty: none.

  // For calls.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string data;
  bool data_from_stdin = false;
  bool emit_defaults = false;
  absl::Duration max_time = absl::InfiniteDuration();

  // For watching.
  std::string cursor_file;  // Empty: the place is remembered only while the program runs.
  bool from_earliest = false;
  bool full_view = false;
  std::vector<std::string> references;  // Empty: all.
};

extern const char kUsage[];

// The arguments after the program's name. `grpcurl ...` is read as grpcurl reads it, flags first;
// in kyc's own spelling flags may stand anywhere. INVALID_ARGUMENT says what is wrong.
absl::StatusOr<Command> ParseCommand(absl::Span<const std::string> arguments);

}  // namespace kyc::client

#endif  // CLIENTS_KYC_COMMAND_H_
