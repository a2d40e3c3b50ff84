#include "server/tls/context.h"

#include <openssl/err.h>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

namespace kyc::tls {
namespace {

bool Use(SSL_CTX* context, const std::vector<Owned<X509>>& chain, const Owned<EVP_PKEY>& key) {
  if (SSL_CTX_use_certificate(context, chain[0].get()) != 1) return false;
  for (size_t i = 1; i < chain.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1) return false;
  }
  return SSL_CTX_use_PrivateKey(context, key.get()) == 1;
}

bool AskFor(SSL_CTX* context, const std::vector<Owned<X509>>& authorities) {
  for (const Owned<X509>& authority : authorities) {
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get()) != 1 ||
        SSL_CTX_add_client_CA(context, authority.get()) != 1) {
      return false;
    }
  }
  return true;
}

}  // namespace

absl::Status TryInContext(const std::vector<Owned<X509>>& chain, const Owned<EVP_PKEY>& key,
                          const std::vector<Owned<X509>>& authorities) {
  const absl::Cleanup forget = [] { ERR_clear_error(); };
  const Owned<SSL_CTX> context(SSL_CTX_new(TLS_server_method()));
  if (Use(context.get(), chain, key) && AskFor(context.get(), authorities)) {
    return absl::OkStatus();
  }
  // OpenSSL's words for what it last refused; of no input's.
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  return absl::InvalidArgumentError(
      absl::StrCat("OpenSSL does not take the pair: ", reason == nullptr ? "no reason" : reason));
}

}  // namespace kyc::tls
