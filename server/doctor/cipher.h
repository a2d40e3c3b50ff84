// Whether this machine encrypts as Finpay's document does. Pure.
#ifndef SERVER_DOCTOR_CIPHER_H_
#define SERVER_DOCTOR_CIPHER_H_

#include "absl/strings/string_view.h"
#include "server/doctor/finding.h"

namespace kyc::doctor {

// A plaintext, and what it is under a key and an IV; by default the document's own example.
struct CipherSample {
  absl::string_view key = "1234567890123456";
  absl::string_view iv = "1234567890123456";
  absl::string_view plaintext = "123456";
  absl::string_view encrypted = "1jdzWuniG6UMtoa3T6uNLA==";
};

Finding CipherFinding(const CipherSample& sample = {});

}  // namespace kyc::doctor

#endif  // SERVER_DOCTOR_CIPHER_H_
