// The command line as a whole.
#ifndef CLIENTS_KYC_CLI_LINE_H_
#define CLIENTS_KYC_CLI_LINE_H_

#include <string>
#include <variant>

#include "absl/types/span.h"
#include "clients/kyc/cli/asked.h"
#include "clients/kyc/cli/command.h"

namespace kyc::cli {

// What is printed instead: to standard output if `exit` is kDone.
struct Told {
  int exit = 0;
  std::string text;
};

// `arguments` follow the program's name. Options may stand anywhere; long ones also after a single
// dash, as in Go, where kyc took them so before. Pure.
std::variant<Asked, Told> ReadLine(absl::Span<const Entry> entries,
                                   absl::Span<const std::string> arguments);

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_CLI_LINE_H_
