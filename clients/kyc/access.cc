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

absl::StatusOr<Pems> ReadPems(const Access& access) {
  Pems pems;
  absl::Status read = ReadPem(access.ca_file, pems.authorities);
  if (read.ok()) read = ReadPem(access.certificate_file, pems.certificate);
  if (read.ok()) read = ReadPem(access.key_file, pems.key);
  if (!read.ok()) return read;
  return pems;
}

absl::StatusOr<std::string> TokenOf(const Access& access) {
  if (!access.token.empty() || access.token_file.empty()) return access.token;
  const absl::StatusOr<std::string> token = Read(access.token_file);
  if (!token.ok()) return token.status();
  return std::string(absl::StripSuffix(*token, "\n"));
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> CredentialsOf(const Access& access) {
  if (!access.tls) return grpc::InsecureChannelCredentials();
  absl::StatusOr<Pems> pems = ReadPems(access);
  if (!pems.ok()) return pems.status();
  return grpc::SslCredentials({.pem_root_certs = std::move(pems->authorities),
                               .pem_private_key = std::move(pems->key),
                               .pem_cert_chain = std::move(pems->certificate)});
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> HeadersOf(const Access& access) {
  auto headers = access.headers;
  const absl::StatusOr<std::string> token = TokenOf(access);
  if (!token.ok()) return token.status();
  if (!token->empty()) headers.emplace_back("authorization", absl::StrCat("Bearer ", *token));
  return headers;
}

}  // namespace kyc::client
