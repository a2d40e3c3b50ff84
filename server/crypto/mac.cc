#include "server/crypto/mac.h"

#include <openssl/digest.h>
#include <openssl/hmac.h>
#include <openssl/mem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <cstdint>

namespace kyc::crypto {
namespace {

uint8_t* Bytes(std::string& text) { return reinterpret_cast<uint8_t*>(text.data()); }

const uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

}  // namespace

std::string Hmac(const Secret& key, absl::string_view text) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.Reveal().data(), key.Reveal().size(), Bytes(text), text.size(),
       Bytes(digest), &size);
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

bool SecretEquals(const Secret& secret, absl::string_view given) {
  const std::string& expected = secret.Reveal();
  return !expected.empty() && expected.size() == given.size() &&
         CRYPTO_memcmp(expected.data(), given.data(), given.size()) == 0;
}

}  // namespace kyc::crypto
