// What a command line of grpcurl's asks for. Pure.
#ifndef CLIENTS_KYC_COMMAND_H_
#define CLIENTS_KYC_COMMAND_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "clients/kyc/access.h"
#include "clients/kyc/message_text.h"

namespace kyc::client {

enum class Verb { kHelp, kVersion, kList, kDescribe, kCall };

// What is said of a call beside its replies: nothing; headers and trailers; sizes and times, too.
enum class Verbosity { kQuiet, kVerbose, kVeryVerbose };

struct Command : Access {
  Verb verb = Verb::kHelp;
  std::string symbol;  // A service, a method or a message; empty for all services.

  // For calls.
  std::string data;
  bool data_from_stdin = false;
  bool emit_defaults = false;
  bool one_line = false;  // Each answer, as JSON.
  Format format = Format::kJson;
  Verbosity verbosity = Verbosity::kQuiet;
  absl::Duration max_time = absl::InfiniteDuration();
};

extern const char kUsage[];

// `grpcurl` and what follows it, read as grpcurl reads it: flags first. INVALID_ARGUMENT says what
// is wrong.
absl::StatusOr<Command> ParseCommand(absl::Span<const std::string> arguments);

}  // namespace kyc::client

#endif  // CLIENTS_KYC_COMMAND_H_
