// What OpenSSL itself says to a pair; private to this room.
#ifndef SERVER_TLS_CONTEXT_H_
#define SERVER_TLS_CONTEXT_H_

#include <vector>

#include "absl/status/status.h"
#include "server/tls/openssl.h"

namespace kyc::tls {

// Whether a listener can be made of these; clients are asked for a certificate where there are
// authorities. Else a phrase that quotes nothing of them.
absl::Status TryInContext(const std::vector<Owned<X509>>& chain, const Owned<EVP_PKEY>& key,
                          const std::vector<Owned<X509>>& authorities);

}  // namespace kyc::tls

#endif  // SERVER_TLS_CONTEXT_H_
