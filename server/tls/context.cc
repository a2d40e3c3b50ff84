#include "server/tls/context.h"

#include <openssl/err.h>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace kyc::tls {
namespace {

// As ALPN has it: a length, then so many bytes.
constexpr unsigned char kHttp11[] = "\x08http/1.1";
// What TLS 1.2 may use; 1.3 has nothing else. As libgrpc's listeners.
constexpr char kCiphers12[] = "ECDHE+AESGCM:ECDHE+CHACHA20";

// Who names no protocol speaks HTTP/1.1, too.
int ChooseProtocol(SSL*, const unsigned char** chosen, unsigned char* size,
                   const unsigned char* offered, unsigned int offered_size, void*) {
  unsigned char* at = nullptr;
  const int found =
      SSL_select_next_proto(&at, size, kHttp11, sizeof(kHttp11) - 1, offered, offered_size);
  *chosen = at;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool Configure(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(context, ChooseProtocol, nullptr);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_num_tickets(context, 0) == 1 &&
         SSL_CTX_set_cipher_list(context, kCiphers12) == 1;
}

bool Use(SSL_CTX* context, const std::vector<Owned<X509>>& chain, const Owned<EVP_PKEY>& key) {
  if (SSL_CTX_use_certificate(context, chain[0].get()) != 1) return false;
  for (size_t i = 1; i < chain.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1) return false;
  }
  return SSL_CTX_use_PrivateKey(context, key.get()) == 1;
}

bool AskFor(SSL_CTX* context, const std::vector<Owned<X509>>& authorities) {
  if (!authorities.empty()) SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  for (const Owned<X509>& authority : authorities) {
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get()) != 1 ||
        SSL_CTX_add_client_CA(context, authority.get()) != 1) {
      return false;
    }
  }
  return true;
}

}  // namespace

absl::StatusOr<Owned<SSL_CTX>> MakeContext(const std::vector<Owned<X509>>& chain,
                                           const Owned<EVP_PKEY>& key,
                                           const std::vector<Owned<X509>>& authorities) {
  const absl::Cleanup forget = [] { ERR_clear_error(); };
  Owned<SSL_CTX> context(SSL_CTX_new(TLS_server_method()));
  if (context != nullptr && Configure(context.get()) && Use(context.get(), chain, key) &&
      AskFor(context.get(), authorities)) {
    return context;
  }
  // OpenSSL's words for what it last refused; of no input's.
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  return absl::InvalidArgumentError(
      absl::StrCat("OpenSSL does not take the pair: ", reason == nullptr ? "no reason" : reason));
}

}  // namespace kyc::tls
