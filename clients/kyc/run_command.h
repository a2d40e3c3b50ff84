// list, describe and call.
#ifndef CLIENTS_KYC_RUN_COMMAND_H_
#define CLIENTS_KYC_RUN_COMMAND_H_

#include <iosfwd>

#include "clients/kyc/command.h"

namespace kyc::client {

// Blocks until the command is done; each reply is printed as it comes. Returns the exit status:
// 0, 64 + the gRPC code of a failed call, or 1 for whatever failed before the call.
int RunCommand(const Command& command, std::istream& in, std::ostream& out, std::ostream& err);

}  // namespace kyc::client

#endif  // CLIENTS_KYC_RUN_COMMAND_H_
