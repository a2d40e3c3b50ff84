#include "server/doctor/cipher.h"

#include <string>

#include "server/crypto/field_cipher.h"

namespace kyc::doctor {

Finding CipherFinding(const CipherSample& sample) {
  constexpr char kCheck[] = "cipher";
  const auto cipher =
      crypto::FieldCipher::Make(Secret(std::string(sample.key)), Secret(std::string(sample.iv)));
  if (cipher.ok() && cipher->Encrypt(sample.plaintext) == sample.encrypted) {
    return Ok(kCheck, "", "AES encrypts the example of Finpay's document as that does");
  }
  return Mend(kCheck, "", Whose::kMachine,
              "AES does not encrypt the example of Finpay's document as that does",
              "take another build of the gateway, or another machine: Finpay could not read a "
              "phone number");
}

}  // namespace kyc::doctor
