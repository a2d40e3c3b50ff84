// A certificate with its key, and the authorities of those who connect: as text, and checked.
#ifndef SERVER_TLS_PAIR_H_
#define SERVER_TLS_PAIR_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/call/secret.h"

namespace kyc::tls {

// PEM, as the files hold it.
struct Pair {
  std::string certificates;  // The listener's, then those that issued it.
  Secret key;
  std::string client_authorities = {};  // Empty: clients are not asked for a certificate.
};

// Until when all certificates of the chain are valid; or what is wrong with the pair, as a phrase
// that quotes nothing of it: the chain does not parse, is not one, is for no server, is not valid
// at `now`; the key does not fit; there are no authorities, or none that is still valid. What this
// lets through, OpenSSL takes: gRPC would end the process over some of what it refuses. Pure.
absl::StatusOr<absl::Time> CheckPair(const Pair& pair, absl::Time now);

}  // namespace kyc::tls

#endif  // SERVER_TLS_PAIR_H_
