// OpenSSL's context of a listener; private to this room.
#ifndef SERVER_TLS_CONTEXT_H_
#define SERVER_TLS_CONTEXT_H_

#include <vector>

#include "absl/status/statusor.h"
#include "server/tls/openssl.h"

namespace kyc::tls {

// For HTTP/1.1 over TLS 1.2 and 1.3: no tickets, no renegotiation, no compression, no key agreement
// without forward secrecy. Who connects is asked for a certificate where there are authorities, and
// refused if it is of another one; without one he comes in. An error is a phrase that quotes
// nothing of them.
absl::StatusOr<Owned<SSL_CTX>> MakeContext(const std::vector<Owned<X509>>& chain,
                                           const Owned<EVP_PKEY>& key,
                                           const std::vector<Owned<X509>>& authorities);

}  // namespace kyc::tls

#endif  // SERVER_TLS_CONTEXT_H_
