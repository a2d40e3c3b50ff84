// How a gateway is reached, and who calls it.
#ifndef CLIENTS_KYC_ACCESS_H_
#define CLIENTS_KYC_ACCESS_H_

#include <grpcpp/security/credentials.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace kyc::client {

// Files are read when the gateway is reached, not before.
struct Access {
  std::string address;
  bool tls = false;
  std::string ca_file;           // Empty: the system's authorities.
  std::string certificate_file;  // With key_file, or neither.
  std::string key_file;
  std::string token;       // The bearer token itself; empty: token_file's.
  std::string token_file;  // Empty: none.
  std::vector<std::pair<std::string, std::string>> headers;
};

// The PEM files that an Access names, read. Empty where it names none.
struct Pems {
  std::string authorities;
  std::string certificate;
  std::string key;
};

absl::StatusOr<Pems> ReadPems(const Access& access);

// The token of the moment; empty where there is none.
absl::StatusOr<std::string> TokenOf(const Access& access);

// Reads the files that it names. An error is one line that names the file, and quotes
// nothing of it.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> CredentialsOf(const Access& access);

// The headers of a call that begins now: the token is what its file holds then, so that whoever
// replaces it need not start a long watch again.
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> HeadersOf(const Access& access);

}  // namespace kyc::client

#endif  // CLIENTS_KYC_ACCESS_H_
