// The encryption of single fields that Finpay documents: AES-128-CBC, PKCS#7, base64.
#ifndef SERVER_CRYPTO_FIELD_CIPHER_H_
#define SERVER_CRYPTO_FIELD_CIPHER_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/call/secret.h"

namespace kyc::crypto {

// Immutable, so thread-safe. The IV is fixed by the upstream's document, so equal plaintexts give
// equal texts: that is its contract, not our choice.
class FieldCipher {
 public:
  // `key` and `iv` are 16 bytes each, else INVALID_ARGUMENT.
  static absl::StatusOr<FieldCipher> Make(const Secret& key, const Secret& iv);

  // Base64 of the encrypted plaintext.
  std::string Encrypt(absl::string_view plaintext) const;

 private:
  FieldCipher(Secret key, Secret iv) : key_(std::move(key)), iv_(std::move(iv)) {}

  Secret key_;
  Secret iv_;
};

}  // namespace kyc::crypto

#endif  // SERVER_CRYPTO_FIELD_CIPHER_H_
