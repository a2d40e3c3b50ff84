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
constexpr char kUnderRecordsKey = 0;  // No key has this id.
constexpr size_t kMarksBytes = 2;     // kUnderRecordsKey and the key's id.
constexpr size_t kHeadBytes = kMarksBytes + kNonceBytes;

const uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

// Overwritten when it goes, as all that BoringSSL frees.
std::shared_ptr<const EVP_AEAD_CTX> Aes256Gcm(absl::string_view key) {
  EVP_AEAD_CTX* context =
      EVP_AEAD_CTX_new(EVP_aead_aes_256_gcm(), Bytes(key), kKeyBytes, kTagBytes);
  // Fails only where memory does: then nothing safe can be stored.
  if (context == nullptr) std::abort();
  return {context, EVP_AEAD_CTX_free};
}

absl::Status Altered() {
  return absl::DataLossError("sealed text was altered, or belongs to another place");
}

absl::StatusOr<std::string> OpenWith(const EVP_AEAD_CTX& key, absl::string_view nonce_and_rest,
                                     absl::string_view context) {
  const absl::string_view nonce = nonce_and_rest.substr(0, kNonceBytes);
  const absl::string_view rest = nonce_and_rest.substr(kNonceBytes);
  std::string plaintext(rest.size(), '\0');
  size_t size = 0;
  if (EVP_AEAD_CTX_open(&key, reinterpret_cast<uint8_t*>(plaintext.data()), &size, plaintext.size(),
                        Bytes(nonce), nonce.size(), Bytes(rest), rest.size(), Bytes(context),
                        context.size()) != 1) {
    return Altered();
  }
  plaintext.resize(size);
  return plaintext;
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
    Key made{key.key, Secret(Hmac(key.key, "records"))};
    if (!sealer.keys_.emplace(key.id, std::move(made)).second) {
      return absl::InvalidArgumentError(absl::StrCat("sealing key ", key.id, " is there twice"));
    }
  }
  return sealer;
}

std::string Sealer::mark() const { return {kUnderRecordsKey, static_cast<char>(seals_with_)}; }

const EVP_AEAD_CTX& RecordSealer::KeyUnder(uint8_t id) {
  if (derived_under_ != id) {
    derived_ = Aes256Gcm(PassingSecret(Hmac(sealer_.keys_.at(id).of_records, record_)).Reveal());
    derived_under_ = id;
  }
  return *derived_;
}

std::string RecordSealer::Seal(absl::string_view plaintext, absl::string_view part) {
  const std::string context = absl::StrCat(record_, part);
  std::string sealed(kHeadBytes + plaintext.size() + kTagBytes, '\0');
  sealed[0] = kUnderRecordsKey;
  sealed[1] = static_cast<char>(sealer_.seals_with_);
  const std::string nonce = RandomBytes(kNonceBytes);
  sealed.replace(kMarksBytes, kNonceBytes, nonce);
  size_t size = 0;
  if (EVP_AEAD_CTX_seal(&KeyUnder(sealer_.seals_with_),
                        reinterpret_cast<uint8_t*>(sealed.data()) + kHeadBytes, &size,
                        sealed.size() - kHeadBytes, Bytes(nonce), nonce.size(), Bytes(plaintext),
                        plaintext.size(), Bytes(context), context.size()) != 1) {
    std::abort();
  }
  return sealed;
}

absl::StatusOr<std::string> RecordSealer::Open(absl::string_view sealed, absl::string_view part) {
  const bool under_records_key = !sealed.empty() && sealed.front() == kUnderRecordsKey;
  if (under_records_key) sealed.remove_prefix(1);
  if (sealed.size() < 1 + kNonceBytes + kTagBytes) {
    return absl::DataLossError("sealed text is cut");
  }
  const uint8_t id = static_cast<uint8_t>(sealed.front());
  sealed.remove_prefix(1);
  if (id == 0) return Altered();
  const auto key = sealer_.keys_.find(id);
  if (key == sealer_.keys_.end()) {
    return absl::FailedPreconditionError(absl::StrCat("no sealing key ", id));
  }
  const std::string context = absl::StrCat(record_, part);
  if (under_records_key) return OpenWith(KeyUnder(id), sealed, context);
  return OpenWith(*Aes256Gcm(key->second.whole.Reveal()), sealed, context);
}

}  // namespace kyc::crypto
