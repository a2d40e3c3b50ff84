// Keyed digests, plain digests, random bytes and comparison in constant time. All thread-safe.
#ifndef SERVER_CRYPTO_MAC_H_
#define SERVER_CRYPTO_MAC_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "server/call/secret.h"

namespace kyc::crypto {

// HMAC-SHA-256: 32 raw bytes.
std::string Hmac(absl::string_view key, absl::string_view text);
inline std::string Hmac(const Secret& key, absl::string_view text) {
  return Hmac(key.Reveal(), text);
}
// SHA-256: 32 raw bytes.
std::string Sha256(absl::string_view text);
// From the system's generator.
std::string RandomBytes(size_t count);
// Takes the same time whatever the bytes are and wherever they differ; lengths may show. An empty
// secret equals nothing: it is one that nobody has set.
bool SecretEquals(absl::string_view secret, absl::string_view given);
inline bool SecretEquals(const Secret& secret, absl::string_view given) {
  return SecretEquals(secret.Reveal(), given);
}

}  // namespace kyc::crypto

#endif  // SERVER_CRYPTO_MAC_H_
