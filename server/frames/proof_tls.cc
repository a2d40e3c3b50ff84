#include "server/frames/proof_tls.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <utility>

namespace kyc::frames {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

constexpr long kSecondsOfAnHour = 3600;
constexpr unsigned char kHttp2[] = {2, 'h', '2'};

std::string TextOf(BIO* bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  return std::string(text, static_cast<size_t>(size));
}

bool Sign(X509* certificate, EVP_PKEY* key) {
  X509_NAME* const name = X509_get_subject_name(certificate);
  const auto* const nobody = reinterpret_cast<const unsigned char*>("nobody");
  return ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), -kSecondsOfAnHour) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), kSecondsOfAnHour) != nullptr &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, nobody, -1, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1 &&
         X509_sign(certificate, key, EVP_sha256()) > 0;
}

// Of NPN; whatever the server offers.
int ChooseHttp2(SSL*, unsigned char** chosen, unsigned char* size, const unsigned char*, unsigned,
                void*) {
  *chosen = const_cast<unsigned char*>(kHttp2) + 1;
  *size = kHttp2[0];
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

absl::optional<SelfSigned> MakeSelfSigned() {
  const Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
  const Owned<X509> certificate(X509_new());
  const Owned<BIO> key_text(BIO_new(BIO_s_mem())), certificate_text(BIO_new(BIO_s_mem()));
  if (key == nullptr || certificate == nullptr || !Sign(certificate.get(), key.get()) ||
      PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
          1 ||
      PEM_write_bio_X509(certificate_text.get(), certificate.get()) != 1) {
    return absl::nullopt;
  }
  return SelfSigned{TextOf(certificate_text.get()), TextOf(key_text.get())};
}

TlsClient::TlsClient(int socket, AgreeBy by) : context_(SSL_CTX_new(TLS_client_method())) {
  if (context_ == nullptr) return;
  if (by == AgreeBy::kAlpn) {
    SSL_CTX_set_alpn_protos(context_.get(), kHttp2, sizeof(kHttp2));
  } else {
    SSL_CTX_set_max_proto_version(context_.get(), TLS1_2_VERSION);
    SSL_CTX_set_next_proto_select_cb(context_.get(), ChooseHttp2, nullptr);
  }
  session_.reset(SSL_new(context_.get()));
  if (session_ != nullptr) SSL_set_fd(session_.get(), socket);
}

bool TlsClient::Connect() { return session_ != nullptr && SSL_connect(session_.get()) == 1; }

bool TlsClient::Write(absl::string_view bytes) {
  return SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
}

bool TlsClient::ReadInto(std::string& got) {
  char bytes[512];
  const int size = SSL_read(session_.get(), bytes, sizeof(bytes));
  if (size > 0) got.append(bytes, static_cast<size_t>(size));
  return size > 0;
}

}  // namespace kyc::frames
