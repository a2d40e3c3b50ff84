#include "server/crypto/sealer.h"

#include <openssl/aead.h>

#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/crypto/mac.h"

namespace kyc::crypto {
namespace {

constexpr size_t kKeyBytes = 32;
constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;
constexpr size_t kHeadBytes = 1 + kNonceBytes;

const uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

std::shared_ptr<const EVP_AEAD_CTX> Aes256Gcm(const Secret& key) {
  EVP_AEAD_CTX* context =
      EVP_AEAD_CTX_new(EVP_aead_aes_256_gcm(), Bytes(key.Reveal()), kKeyBytes, kTagBytes);
  // Fails only where memory does: then nothing safe can be stored.
  if (context == nullptr) std::abort();
  return {context, EVP_AEAD_CTX_free};
}

}  // namespace

absl::StatusOr<Sealer> Sealer::Make(std::vector<SealingKey> keys) {
  if (keys.empty()) return absl::InvalidArgumentError("there must be a sealing key");
  Sealer sealer;
  sealer.seals_with_ = keys.front().id;
  for (SealingKey& key : keys) {
    if (key.id == 0) return absl::InvalidArgumentError("a sealing key's id must be 1 to 255");
    if (key.key.Reveal().size() != kKeyBytes) {
      return absl::InvalidArgumentError(absl::StrCat("sealing key ", key.id, " must be 32 bytes"));
    }
    if (!sealer.keys_.emplace(key.id, Aes256Gcm(key.key)).second) {
      return absl::InvalidArgumentError(absl::StrCat("sealing key ", key.id, " is there twice"));
    }
  }
  return sealer;
}

std::string Sealer::Seal(absl::string_view plaintext, absl::string_view context) const {
  std::string sealed = absl::StrCat(absl::string_view("\0", 1), RandomBytes(kNonceBytes));
  sealed[0] = static_cast<char>(seals_with_);
  sealed.resize(kHeadBytes + plaintext.size() + kTagBytes);
  uint8_t* at = reinterpret_cast<uint8_t*>(sealed.data());
  size_t size = 0;
  if (EVP_AEAD_CTX_seal(keys_.at(seals_with_).get(), at + kHeadBytes, &size,
                        sealed.size() - kHeadBytes, at + 1, kNonceBytes, Bytes(plaintext),
                        plaintext.size(), Bytes(context), context.size()) != 1) {
    std::abort();
  }
  return sealed;
}

absl::StatusOr<std::string> Sealer::Open(absl::string_view sealed,
                                         absl::string_view context) const {
  if (sealed.size() < kHeadBytes + kTagBytes) return absl::DataLossError("sealed text is cut");
  auto key = keys_.find(static_cast<uint8_t>(sealed[0]));
  if (key == keys_.end()) {
    return absl::FailedPreconditionError(
        absl::StrCat("no sealing key ", static_cast<uint8_t>(sealed[0])));
  }
  const absl::string_view nonce = sealed.substr(1, kNonceBytes);
  const absl::string_view rest = sealed.substr(kHeadBytes);
  std::string plaintext(rest.size(), '\0');
  size_t size = 0;
  if (EVP_AEAD_CTX_open(key->second.get(), reinterpret_cast<uint8_t*>(plaintext.data()), &size,
                        plaintext.size(), Bytes(nonce), nonce.size(), Bytes(rest), rest.size(),
                        Bytes(context), context.size()) != 1) {
    return absl::DataLossError("sealed text was altered, or belongs to another place");
  }
  plaintext.resize(size);
  return plaintext;
}

}  // namespace kyc::crypto
