#include "server/crypto/field_cipher.h"

#include <openssl/cipher.h>

#include <cstdint>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"

namespace kyc::crypto {
namespace {

constexpr size_t kKeyBytes = 16;
constexpr size_t kBlockBytes = 16;

const uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

// Encryption in memory fails only where memory does: then nothing safe can be sent.
void Require(int succeeded) {
  if (succeeded != 1) std::abort();
}

}  // namespace

absl::StatusOr<FieldCipher> FieldCipher::Make(const Secret& key, const Secret& iv) {
  if (key.Reveal().size() != kKeyBytes) {
    return absl::InvalidArgumentError("the field key must be 16 bytes");
  }
  if (iv.Reveal().size() != kBlockBytes) {
    return absl::InvalidArgumentError("the field initialisation vector must be 16 bytes");
  }
  return FieldCipher(key, iv);
}

std::string FieldCipher::Encrypt(absl::string_view plaintext) const {
  std::string encrypted(plaintext.size() + kBlockBytes, '\0');  // Room for the padding.
  uint8_t* to = reinterpret_cast<uint8_t*>(encrypted.data());
  int body = 0;
  int last = 0;
  bssl::ScopedEVP_CIPHER_CTX context;
  Require(EVP_EncryptInit_ex(context.get(), EVP_aes_128_cbc(), nullptr, Bytes(key_.Reveal()),
                             Bytes(iv_.Reveal())));
  Require(EVP_EncryptUpdate(context.get(), to, &body, Bytes(plaintext),
                            static_cast<int>(plaintext.size())));
  Require(EVP_EncryptFinal_ex(context.get(), to + body, &last));
  encrypted.resize(body + last);
  return absl::Base64Escape(encrypted);
}

}  // namespace kyc::crypto
