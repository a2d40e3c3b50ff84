// What a shell offers while a command line is typed.
#ifndef CLIENTS_KYC_CLI_COMPLETE_H_
#define CLIENTS_KYC_CLI_COMPLETE_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "clients/kyc/cli/command.h"

namespace kyc::cli {

// What may stand in the place of the last of `words`, which follow the program's name; none where
// that is a file or a text. Pure.
std::vector<std::string> Complete(absl::Span<const Entry> entries,
                                  absl::Span<const std::string> words);

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_CLI_COMPLETE_H_
