// OpenSSL's context of a listener.
#ifndef SERVER_TLS_CONTEXT_H_
#define SERVER_TLS_CONTEXT_H_

#include "absl/status/statusor.h"
#include "server/tls/openssl.h"
#include "server/tls/pair.h"

namespace kyc::tls {

// For HTTP/1.1 over TLS 1.2 and 1.3: no tickets, no renegotiation, no compression. Who connects is
// asked for a certificate where the pair has authorities, and refused if it is of another one;
// without one he comes in. An error is a phrase that quotes nothing of the pair.
absl::StatusOr<Owned<SSL_CTX>> MakeContext(const Pair& pair);

}  // namespace kyc::tls

#endif  // SERVER_TLS_CONTEXT_H_
