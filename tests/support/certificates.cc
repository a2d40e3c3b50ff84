#include "tests/support/certificates.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace kyc::tests {
namespace {

void Check(bool ok) {
  if (!ok) std::abort();
}

void AddExtension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  Check(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

// Each its own: two authorities of one name would be taken for each other.
void SetSubject(X509* certificate, const std::string& given, int64_t number) {
  const std::string name = given.empty() ? absl::StrCat("test certificate ", number) : given;
  X509_NAME* subject = X509_get_subject_name(certificate);
  Check(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>(name.data()),
                                   static_cast<int>(name.size()), -1, 0) == 1);
}

}  // namespace

std::string Identity::Pem() const {
  BIO* memory = BIO_new(BIO_s_mem());
  Check(PEM_write_bio_X509(memory, certificate.get()) == 1);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory, &bytes);
  std::string pem(bytes, static_cast<size_t>(size));
  BIO_free(memory);
  return pem;
}

std::string Identity::KeyPem() const {
  BIO* memory = BIO_new(BIO_s_mem());
  Check(PEM_write_bio_PrivateKey(memory, key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory, &bytes);
  std::string pem(bytes, static_cast<size_t>(size));
  BIO_free(memory);
  return pem;
}

Identity MakeIdentity(const CertificateOptions& options, const Identity* issuer) {
  static std::atomic<int64_t> last_number = 0;
  const int64_t number = ++last_number;
  Identity made;
  made.key.reset(options.rsa_bits == 0 ? EVP_EC_gen("P-256")
                                       : EVP_RSA_gen(static_cast<unsigned>(options.rsa_bits)));
  made.certificate.reset(X509_new());
  X509* certificate = made.certificate.get();
  Check(made.key != nullptr && certificate != nullptr);
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate), number);
  X509_gmtime_adj(X509_getm_notBefore(certificate), absl::ToInt64Seconds(options.valid_from));
  X509_gmtime_adj(X509_getm_notAfter(certificate), absl::ToInt64Seconds(options.valid_to));
  X509_set_pubkey(certificate, made.key.get());
  SetSubject(certificate, options.subject, number);
  const Identity& signer = issuer == nullptr ? made : *issuer;
  X509_set_issuer_name(certificate, X509_get_subject_name(signer.certificate.get()));
  AddExtension(certificate, NID_basic_constraints,
               options.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (!options.authority) AddExtension(certificate, NID_subject_alt_name, options.name);
  if (!options.usage.empty()) AddExtension(certificate, NID_ext_key_usage, options.usage);
  Check(X509_sign(certificate, signer.key.get(), EVP_sha256()) > 0);
  return made;
}

}  // namespace kyc::tests
