// PEM texts as OpenSSL's objects. Pure; an error is a phrase that quotes nothing.
#ifndef SERVER_TLS_READ_PEM_H_
#define SERVER_TLS_READ_PEM_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/call/secret.h"
#include "server/tls/openssl.h"

namespace kyc::tls {

// All certificates of a text, at least one. One that is cut short anywhere is an error.
absl::StatusOr<std::vector<Owned<X509>>> ReadCertificates(absl::string_view pem);

absl::StatusOr<Owned<EVP_PKEY>> ReadKey(const Secret& pem);

}  // namespace kyc::tls

#endif  // SERVER_TLS_READ_PEM_H_
