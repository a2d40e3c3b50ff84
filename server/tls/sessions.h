// The TLS sessions of one listener of HTTP/1.1.
#ifndef SERVER_TLS_SESSIONS_H_
#define SERVER_TLS_SESSIONS_H_

#include <memory>

#include "server/tls/openssl.h"
#include "server/tls/pair.h"
#include "server/tls/watched_pair.h"

namespace kyc::tls {

// Follows the listener's pair: each session begins with the one that is in use then, and keeps it.
// Owned by a listener, used by its thread.
class Sessions {
 public:
  explicit Sessions(std::shared_ptr<const WatchedPair> pair) : pair_(std::move(pair)) {}

  // For a connection that has just come. Null where OpenSSL has no room for one.
  Owned<SSL> Begin();

 private:
  void Use(std::shared_ptr<const Pair> pair);

  const std::shared_ptr<const WatchedPair> pair_;
  std::shared_ptr<const Pair> used_;  // What context_ was made of.
  Owned<SSL_CTX> context_;
};

}  // namespace kyc::tls

#endif  // SERVER_TLS_SESSIONS_H_
