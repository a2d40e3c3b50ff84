#include "clients/kyc/access.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace kyc::client {
namespace {

absl::StatusOr<std::string> Read(const std::string& path) {
  errno = 0;
  std::ifstream file(path);
  std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad() || errno != 0) {
    return absl::NotFoundError(absl::StrCat(path, " cannot be read: ", strerror(errno)));
  }
  if (content.empty()) return absl::InvalidArgumentError(absl::StrCat(path, " is empty"));
  return content;
}

// gRPC says no more of a file that it cannot use than that no connection came about.
absl::Status ReadPem(const std::string& path, std::string& into) {
  if (path.empty()) return absl::OkStatus();
  absl::StatusOr<std::string> content = Read(path);
  if (!content.ok()) return content.status();
  if (!absl::StrContains(*content, "-----BEGIN ")) {
    return absl::InvalidArgumentError(absl::StrCat(path, " holds nothing in PEM"));
  }
  into = *std::move(content);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> CredentialsOf(const Command& command) {
  if (!command.tls) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  absl::Status read = ReadPem(command.ca_file, options.pem_root_certs);
  if (read.ok()) read = ReadPem(command.certificate_file, options.pem_cert_chain);
  if (read.ok()) read = ReadPem(command.key_file, options.pem_private_key);
  if (!read.ok()) return read;
  return grpc::SslCredentials(options);
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> HeadersOf(const Command& command) {
  auto headers = command.headers;
  if (command.token_file.empty()) return headers;
  const absl::StatusOr<std::string> token = Read(command.token_file);
  if (!token.ok()) return token.status();
  headers.emplace_back("authorization", absl::StrCat("Bearer ", absl::StripSuffix(*token, "\n")));
  return headers;
}

}  // namespace kyc::client
