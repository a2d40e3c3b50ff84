// What kyc says of what failed, and how it ends then.
#ifndef CLIENTS_KYC_CLI_FAILURE_H_
#define CLIENTS_KYC_CLI_FAILURE_H_

#include <string>

#include "absl/status/status.h"
#include "clients/cpp/error.h"
#include "clients/kyc/cli/exit.h"
#include "clients/kyc/cli/session.h"

namespace kyc::cli {

// By what became of the call. Pure.
Exit ExitOf(const kyc_gateway::Error& error);
// UNAVAILABLE is that the gateway is not there, INVALID_ARGUMENT a wrong command line.
Exit ExitOf(const absl::Status& status);

// For people: a line, and one for each thing to know of it. Pure.
std::string ErrorText(const kyc_gateway::Error& error);
// One line of JSON. Pure.
std::string ErrorJson(const kyc_gateway::Error& error);

// Writes it to session.err. Returns the Exit.
int Fail(Session& session, const kyc_gateway::Error& error);
int Fail(Session& session, const absl::Status& status);

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_CLI_FAILURE_H_
