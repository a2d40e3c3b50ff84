// The TLS files of a listener in a test, and its clients.
#ifndef SERVER_HTTP_TESTING_TLS_FILES_H_
#define SERVER_HTTP_TESTING_TLS_FILES_H_

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "server/config/settings.h"
#include "server/tls/watched_pair.h"
#include "tests/support/certificates.h"

namespace kyc::http {

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using ClientContext = std::unique_ptr<SSL_CTX, FreeContext>;

// A certificate for 127.0.0.1, in files that a test may replace.
class TlsFiles {
 public:
  explicit TlsFiles(config::ClientCertificate wanted = config::ClientCertificate::kNone);

  // What follows these files.
  std::shared_ptr<tls::WatchedPair> Open() const;
  void Put(const tests::Identity& identity) const;

  // For clients that trust the listener's authority, and show `identity` if it is not null.
  ClientContext TrustingClient(const tests::Identity* identity = nullptr) const;

  // Of the listener's certificates and of clients'.
  const tests::Identity& authority() const { return authority_; }

 private:
  const std::string folder_;
  const tests::Identity authority_;
  config::Listener listener_;
};

}  // namespace kyc::http

#endif  // SERVER_HTTP_TESTING_TLS_FILES_H_
