#include "server/crypto/mac.h"

#include <openssl/digest.h>
#include <openssl/hmac.h>
#include <openssl/mem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>
#include <cstdint>

namespace kyc::crypto {
namespace {

uint8_t* Bytes(std::string& text) { return reinterpret_cast<uint8_t*>(text.data()); }

const uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

// Where HMAC's frames were, which leave the key there.
[[gnu::noinline]] void WipeUsedStack() {
  std::array<char, 2048> used;
  OPENSSL_cleanse(used.data(), used.size());
}

}  // namespace

std::string Hmac(absl::string_view key, absl::string_view text) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), key.size(), Bytes(text), text.size(), Bytes(digest), &size);
  WipeUsedStack();
  return digest;
}

std::string Sha256(absl::string_view text) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(Bytes(text), text.size(), Bytes(digest));
  return digest;
}

std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  RAND_bytes(Bytes(bytes), bytes.size());  // Ends the process rather than fail.
  return bytes;
}

bool SecretEquals(absl::string_view secret, absl::string_view given) {
  return !secret.empty() && secret.size() == given.size() &&
         CRYPTO_memcmp(secret.data(), given.data(), given.size()) == 0;
}

}  // namespace kyc::crypto
