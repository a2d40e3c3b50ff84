#include "server/crypto/content_mac.h"

#include <openssl/cipher.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "server/crypto/mac.h"

namespace kyc::crypto {
namespace {

constexpr size_t kNonceBytes = 12;
constexpr size_t kDigestBytes = 16;
// The cipher counts in int.
constexpr size_t kMostAtOnce = size_t{1} << 30;

const uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

// Fails only where memory does: then nothing safe can be said.
void Must(int done) {
  if (done != 1) std::abort();
}

}  // namespace

void ContentMac::Free::operator()(evp_cipher_ctx_st* context) const {
  EVP_CIPHER_CTX_free(context);
}

ContentMac::ContentMac(const Secret& key, absl::string_view record)
    : context_(EVP_CIPHER_CTX_new()) {
  const PassingSecret own(Hmac(key, record));
  constexpr std::array<uint8_t, kNonceBytes> kNonce = {};
  Must(EVP_EncryptInit_ex(context_.get(), EVP_aes_256_gcm(), nullptr, Bytes(own.Reveal()),
                          kNonce.data()));
}

void ContentMac::Add(absl::string_view piece) {
  while (!piece.empty()) {
    const absl::string_view part = piece.substr(0, kMostAtOnce);
    piece.remove_prefix(part.size());
    int size = 0;
    Must(EVP_EncryptUpdate(context_.get(), nullptr, &size, Bytes(part),
                           static_cast<int>(part.size())));
  }
}

void ContentMac::AddSize(size_t size) {
  std::string bytes(8, '\0');
  for (int i = 7; i >= 0; --i, size >>= 8) bytes[static_cast<size_t>(i)] = char(size & 0xff);
  Add(bytes);
}

std::string ContentMac::Finish() {
  std::string digest(kDigestBytes, '\0');
  uint8_t none = 0;
  int size = 0;
  Must(EVP_EncryptFinal_ex(context_.get(), &none, &size));
  Must(
      EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, int{kDigestBytes}, digest.data()));
  return digest;
}

}  // namespace kyc::crypto
