// OpenSSL's objects with owners; private to this room and to http/, which speak OpenSSL.
#ifndef SERVER_TLS_OPENSSL_H_
#define SERVER_TLS_OPENSSL_H_

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

namespace kyc::tls {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(SSL* session) const { SSL_free(session); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};

template <typename T>
using Owned = std::unique_ptr<T, Free>;

}  // namespace kyc::tls

#endif  // SERVER_TLS_OPENSSL_H_
