// Both ends of the TLS that proof.cc tries; OpenSSL's, as libgrpc's is.
#ifndef SERVER_FRAMES_PROOF_TLS_H_
#define SERVER_FRAMES_PROOF_TLS_H_

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace kyc::frames {

struct SelfSigned {
  std::string certificate;  // PEM.
  std::string key;
};
// Of nobody, for an hour. Empty if OpenSSL makes none.
absl::optional<SelfSigned> MakeSelfSigned();

// How HTTP/2 is agreed on: as it should be, or as TLS 1.2 could before there was ALPN.
enum class AgreeBy { kAlpn, kNpn };

// Speaks HTTP/2 to whoever is at the other end, whom it does not ask who it is. Blocks as the
// socket does, which outlives it.
class TlsClient {
 public:
  TlsClient(int socket, AgreeBy by);

  bool Connect();
  bool Write(absl::string_view bytes);
  // Appends what comes next.
  bool ReadInto(std::string& got);

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* session) const { SSL_free(session); }
  };

  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> session_;
};

}  // namespace kyc::frames

#endif  // SERVER_FRAMES_PROOF_TLS_H_
