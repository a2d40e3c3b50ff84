// How a gateway is reached, and who calls it.
#ifndef CLIENTS_KYC_ACCESS_H_
#define CLIENTS_KYC_ACCESS_H_

#include <grpcpp/security/credentials.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/kyc/command.h"

namespace kyc::client {

// Reads the files that the command names. An error is one line that names the file, and quotes
// nothing of it.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> CredentialsOf(const Command& command);

// The headers of a call that begins now: the token is what its file holds then, so that whoever
// replaces it need not start a long watch again.
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> HeadersOf(const Command& command);

}  // namespace kyc::client

#endif  // CLIENTS_KYC_ACCESS_H_
