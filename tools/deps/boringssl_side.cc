#include "tools/deps/boringssl_side.h"

#include <openssl/aead.h>
#include <openssl/base64.h>
#include <openssl/cipher.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/mem.h>
#include <openssl/rand.h>

#include <array>
#include <cstdlib>

#if !defined(OPENSSL_IS_BORINGSSL)
#error "<openssl/...> is OpenSSL's here"
#endif

namespace {

const uint8_t* Bytes(const std::string& text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

// What server/crypto uses beside the block cipher must link as well.
void SealAndAuthenticate() {
  std::array<uint8_t, 32> key{};
  std::array<uint8_t, 12> nonce{};
  std::array<uint8_t, 64> out{};
  size_t out_len = 0;
  RAND_bytes(key.data(), key.size());
  bssl::ScopedEVP_AEAD_CTX aead;
  if (!EVP_AEAD_CTX_init(aead.get(), EVP_aead_aes_256_gcm(), key.data(), key.size(),
                         EVP_AEAD_DEFAULT_TAG_LENGTH, nullptr) ||
      !EVP_AEAD_CTX_seal(aead.get(), out.data(), &out_len, out.size(), nonce.data(), nonce.size(),
                         key.data(), key.size(), nullptr, 0)) {
    std::abort();
  }
  unsigned mac_len = 0;
  if (HMAC(EVP_sha256(), key.data(), key.size(), key.data(), key.size(), out.data(), &mac_len) ==
          nullptr ||
      CRYPTO_memcmp(out.data(), out.data(), mac_len) != 0 || ERR_get_error() != 0) {
    std::abort();
  }
}

}  // namespace

std::string EncryptByBoringSsl(const std::string& key, const std::string& plaintext) {
  SealAndAuthenticate();
  std::string sealed(plaintext.size() + EVP_MAX_BLOCK_LENGTH, '\0');
  auto* out = reinterpret_cast<uint8_t*>(sealed.data());
  int body = 0;
  int tail = 0;
  bssl::ScopedEVP_CIPHER_CTX ctx;
  if (!EVP_EncryptInit_ex(ctx.get(), EVP_aes_128_cbc(), nullptr, Bytes(key), Bytes(key)) ||
      !EVP_EncryptUpdate(ctx.get(), out, &body, Bytes(plaintext),
                         static_cast<int>(plaintext.size())) ||
      !EVP_EncryptFinal_ex(ctx.get(), out + body, &tail)) {
    std::abort();
  }
  std::string base64(sealed.size() * 2, '\0');
  base64.resize(EVP_EncodeBlock(reinterpret_cast<uint8_t*>(base64.data()), out, body + tail));
  return base64;
}
