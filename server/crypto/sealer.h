// Sealing at rest: AES-256-GCM with key ids, and a key for each record.
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

class Sealer;

// Seals and opens the texts of one record under a key of the record's own, so that no key ever
// seals more than a few texts, however many records there are. Ends before its sealer. Used by one
// thread.
//
// Sealed text: a zero byte, one byte key id, 12 bytes random nonce, ciphertext, 16 bytes tag. The
// record and the part (the additional data) bind it to its place: another place cannot open it.
// What was sealed before records had keys has no zero byte in front, and is opened by the key
// itself.
class RecordSealer {
 public:
  RecordSealer(const Sealer& sealer, absl::string_view record) : sealer_(sealer), record_(record) {}

  std::string Seal(absl::string_view plaintext, absl::string_view part);
  // FAILED_PRECONDITION: no such key. DATA_LOSS: altered, or of another place.
  absl::StatusOr<std::string> Open(absl::string_view sealed, absl::string_view part);

 private:
  // The record's key under the sealing key `id`, which is there.
  const evp_aead_ctx_st& KeyUnder(uint8_t id);

  const Sealer& sealer_;
  const std::string record_;
  uint8_t derived_under_ = 0;  // 0: none is derived yet.
  std::shared_ptr<const evp_aead_ctx_st> derived_;
};

// Thread-safe, but for Forget.
class Sealer {
 public:
  // The first key seals; every key opens what it sealed. INVALID_ARGUMENT: no key, an id of 0 or
  // twice, a key of other than 32 bytes.
  static absl::StatusOr<Sealer> Make(std::vector<SealingKey> keys);

  RecordSealer Of(absl::string_view record) const { return {*this, record}; }
  uint8_t seals_with() const { return seals_with_; }
  bool has(uint8_t id) const { return keys_.count(id) > 0; }
  // How all that it seals begins.
  std::string mark() const;
  // What this key sealed is not opened any more. Not the one that seals.
  void Forget(uint8_t id) { keys_.erase(id); }

 private:
  friend class RecordSealer;
  struct Key {
    Secret whole;       // Opens what was sealed before records had keys.
    Secret of_records;  // The records' keys are derived from it.
  };
  Sealer() = default;

  uint8_t seals_with_ = 0;
  std::map<uint8_t, Key> keys_;
};

}  // namespace kyc::crypto

#endif  // SERVER_CRYPTO_SEALER_H_
