// The commands of kyc, as its help lists them.
#ifndef CLIENTS_KYC_COMMANDS_ALL_H_
#define CLIENTS_KYC_COMMANDS_ALL_H_

#include "absl/types/span.h"
#include "clients/kyc/cli/command.h"

namespace kyc::cli {

absl::Span<const Entry> AllCommands();

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_COMMANDS_ALL_H_
