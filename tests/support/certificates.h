// Certificates made for one test.
#ifndef TESTS_SUPPORT_CERTIFICATES_H_
#define TESTS_SUPPORT_CERTIFICATES_H_

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "absl/time/time.h"

namespace kyc::tests {

struct X509Deleter {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

// A certificate with its key.
struct Identity {
  std::unique_ptr<X509, X509Deleter> certificate;
  std::unique_ptr<EVP_PKEY, X509Deleter> key;

  std::string Pem() const;  // The certificate alone.
  std::string KeyPem() const;
};

struct CertificateOptions {
  // The subjectAltName, like "IP:127.0.0.1" or "DNS:other.example,URI:spiffe://example/a".
  std::string name = "IP:127.0.0.1";
  std::string subject = "";  // Its common name; empty: one of its own.
  std::string usage = "";    // The extended key usage, like "serverAuth"; empty: any.
  int rsa_bits = 0;          // 0: a P-256 key.
  absl::Duration valid_from = -absl::Hours(1);  // Seen from now.
  absl::Duration valid_to = absl::Hours(1);
  bool authority = false;
};

// Signed by `issuer`, or by itself if that is null.
Identity MakeIdentity(const CertificateOptions& options, const Identity* issuer);

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_CERTIFICATES_H_
