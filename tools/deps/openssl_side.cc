#include "tools/deps/openssl_side.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <cstdlib>
#include <memory>

#if defined(OPENSSL_IS_BORINGSSL)
#error "<openssl/...> is BoringSSL's here"
#endif

std::string OpenSslVersion() { return OpenSSL_version(OPENSSL_VERSION); }

std::string EncryptByOpenSsl(const std::string& key, const std::string& plaintext) {
  const auto* iv = reinterpret_cast<const unsigned char*>(key.data());
  std::string sealed(plaintext.size() + EVP_MAX_BLOCK_LENGTH, '\0');
  auto* out = reinterpret_cast<unsigned char*>(sealed.data());
  int body = 0;
  int tail = 0;
  std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> ctx(EVP_CIPHER_CTX_new(),
                                                                 EVP_CIPHER_CTX_free);
  if (EVP_EncryptFinal_ex(ctx.get(), out, &tail) == 1 || ERR_get_error() == 0) std::abort();
  ERR_clear_error();
  if (EVP_EncryptInit_ex(ctx.get(), EVP_aes_128_cbc(), nullptr, iv, iv) != 1 ||
      EVP_EncryptUpdate(ctx.get(), out, &body,
                        reinterpret_cast<const unsigned char*>(plaintext.data()),
                        static_cast<int>(plaintext.size())) != 1 ||
      EVP_EncryptFinal_ex(ctx.get(), out + body, &tail) != 1) {
    std::abort();
  }
  std::string base64(sealed.size() * 2, '\0');
  base64.resize(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()), out, body + tail));
  return base64;
}
