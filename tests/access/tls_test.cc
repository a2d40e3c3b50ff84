#include "tests/access/tls_test.h"

#include <grpcpp/security/credentials.h>

#include "absl/strings/str_cat.h"
#include "tests/support/files.h"

namespace kyc::tests {

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

bool TlsTest::Look(absl::string_view listener, Sees what) {
  const bool is_another = what == Sees::kAnother;
  const std::string counter = absl::StrCat("kyc_certificate_reloads_total{listener=\"", listener,
                                           "\",result=\"", is_another ? "ok" : "failed", "\"} ");
  const double before = gateway().Metric(counter);
  return TellToLook(absl::StrCat(listener, is_another
                                               ? ": new connections get the new certificate"
                                               : ": the TLS files changed and cannot be used")) &&
         gateway().Metric(counter) > before;
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
