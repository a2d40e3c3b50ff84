// The options of every command.
#ifndef CLIENTS_KYC_CLI_COMMON_H_
#define CLIENTS_KYC_CLI_COMMON_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/kyc/cli/asked.h"
#include "clients/kyc/cli/options.h"

namespace kyc::cli {

struct Common {
  Said access;
  bool tls = false;
  bool plaintext = false;
  std::string settings;
  std::vector<std::string> headers;
  std::string timeout;
  bool json = false;
  std::string colour = "auto";
};

void DeclareCommon(Options& options, Common& common);

// Everything but the command. INVALID_ARGUMENT says what is wrong.
absl::StatusOr<Asked> AskedOf(const Common& common);

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_CLI_COMMON_H_
