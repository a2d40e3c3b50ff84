#include "tests/access/tls_test.h"

#include <grpcpp/security/credentials.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/support/files.h"

namespace kyc::tests {

bool Await(const std::function<bool()>& is_so) {
  const absl::Time end = absl::Now() + kPatience;
  while (!is_so()) {
    if (absl::Now() > end) return false;
    absl::SleepFor(absl::Milliseconds(20));  // So as not to keep the machine busy.
  }
  return true;
}

TlsTest::TlsTest() {
  PutServer(server_);
  WriteFile(files().path("clients.pem"), clients_.Pem());
}

std::string TlsTest::TlsBlock(absl::string_view more) {
  return absl::StrCat("tls { certificate_file: \"server.pem\" key_file: \"server.key\" ", more,
                      " }");
}

std::string TlsTest::AskingBlock(absl::string_view wanted) {
  return TlsBlock(absl::StrCat("client_ca_file: \"clients.pem\" ",
                               "client_certificate: CLIENT_CERTIFICATE_", wanted));
}

void TlsTest::PutServer(const Identity& identity) {
  WriteFile(files().path("server.pem"), identity.Pem());
  WriteFile(files().path("server.key"), identity.KeyPem());
}

std::shared_ptr<grpc::Channel> TlsTest::Connect(size_t listener, const Identity& trusts,
                                                const Identity* identity) {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = trusts.Pem();
  if (identity != nullptr) {
    options.pem_cert_chain = identity->Pem();
    options.pem_private_key = identity->KeyPem();
  }
  return OpenChannel(absl::StrCat("127.0.0.1:", gateway().grpc_ports().at(listener)),
                     grpc::SslCredentials(options));
}

std::string TlsTest::Health(const std::shared_ptr<grpc::Channel>& channel) {
  return Client(channel, transcript()).Raw("/grpc.health.v1.Health/Check", "").error.code;
}

}  // namespace kyc::tests
