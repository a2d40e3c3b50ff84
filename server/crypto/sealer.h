// Sealing at rest: AES-256-GCM with key ids.
#ifndef SERVER_CRYPTO_SEALER_H_
#define SERVER_CRYPTO_SEALER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/call/secret.h"

struct evp_aead_ctx_st;

namespace kyc::crypto {

struct SealingKey {
  uint8_t id = 0;  // 1 to 255.
  Secret key;      // 32 bytes.
};

// Immutable, so thread-safe. Sealed text: one byte key id, 12 bytes random nonce, ciphertext, 16
// bytes tag. `context` (the additional data) binds it to its place: another place cannot open it.
class Sealer {
 public:
  // The first key seals; every key opens what it sealed. INVALID_ARGUMENT: no key, an id of 0 or
  // twice, a key of other than 32 bytes. A key is good for 2^32 texts: nonces are random.
  static absl::StatusOr<Sealer> Make(std::vector<SealingKey> keys);

  std::string Seal(absl::string_view plaintext, absl::string_view context) const;
  // FAILED_PRECONDITION: no such key. DATA_LOSS: altered, or of another place.
  absl::StatusOr<std::string> Open(absl::string_view sealed, absl::string_view context) const;

 private:
  Sealer() = default;

  uint8_t seals_with_ = 0;
  // Each key's schedule, made once. Shared by the copies of this sealer.
  std::map<uint8_t, std::shared_ptr<const evp_aead_ctx_st>> keys_;
};

}  // namespace kyc::crypto

#endif  // SERVER_CRYPTO_SEALER_H_
