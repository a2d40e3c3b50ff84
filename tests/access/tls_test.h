// The fixture of tests that speak TLS to a real gateway, by certificates made for the test.
#ifndef TESTS_ACCESS_TLS_TEST_H_
#define TESTS_ACCESS_TLS_TEST_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "tests/support/certificates.h"
#include "tests/support/gateway_test.h"

namespace kyc::tests {

// The gateway's files have the names server.pem, server.key and clients.pem; the server's
// certificate is `root`'s, for 127.0.0.1, and clients' are `clients`'.
class TlsTest : public GatewayTest {
 protected:
  TlsTest();

  // A `tls` block over these files. `more` is put into it as it stands.
  static std::string TlsBlock(absl::string_view more = "");
  // The same with clients' certificates "OPTIONAL" or "REQUIRED".
  static std::string AskingBlock(absl::string_view wanted);

  void PutServer(const Identity& identity);

  // Tells the gateway to look, and waits until it has said that this listener's new connections get
  // another certificate, or that what is there cannot be used; and whether it has counted that.
  enum class Sees { kAnother, kUnusable };
  bool Look(absl::string_view listener, Sees what);

  // A channel of its own connection to a listener, by its place in the configuration. Whoever has
  // an `identity` shows it.
  std::shared_ptr<grpc::Channel> Connect(size_t listener, const Identity& trusts,
                                         const Identity* identity = nullptr);
  // What health answers there: "OK", or gRPC's own "UNAVAILABLE" where there is no connection.
  std::string Health(const std::shared_ptr<grpc::Channel>& channel);

  const Identity root_ = MakeIdentity({.authority = true}, nullptr);
  const Identity clients_ = MakeIdentity({.authority = true}, nullptr);
  const Identity server_ = MakeIdentity({.usage = "serverAuth"}, &root_);
};

}  // namespace kyc::tests

#endif  // TESTS_ACCESS_TLS_TEST_H_
