#include "server/rpc/listener.h"

#include <grpc/grpc_security.h>
#include <grpc/grpc_security_constants.h>

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"

namespace kyc::rpc {
namespace {

// gRPC's own mark of its local credentials, which only trusted listeners have.
constexpr char kLocal[] = "local";

grpc_ssl_client_certificate_request_type WantedBy(const config::Tls& tls) {
  // The modes that do not verify show whatever names a stranger claims.
  switch (tls.client_certificate) {
    case config::ClientCertificate::kNone:
      return GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE;
    case config::ClientCertificate::kOptional:
      return GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY;
    case config::ClientCertificate::kRequired:
      break;
  }
  return GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
}

// TLS by the pair that is current when a handshake begins. gRPC's C++ classes for that take pairs
// unchecked, and one that does not fit then shuts every new caller out.
class FetchedCredentials final : public grpc::ServerCredentials {
 public:
  FetchedCredentials(const config::Tls& tls, CurrentPair pair)
      : pair_(std::move(pair)),
        credentials_(grpc_ssl_server_credentials_create_with_options(
            grpc_ssl_server_credentials_create_options_using_config_fetcher(WantedBy(tls), Fetch,
                                                                            this))) {}
  ~FetchedCredentials() override { grpc_server_credentials_release(credentials_); }
  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  // gRPC keeps what it was given last, for the one listener that has these credentials.
  static grpc_ssl_certificate_config_reload_status Fetch(
      void* self_pointer, grpc_ssl_server_certificate_config** config) {
    auto& self = *static_cast<FetchedCredentials*>(self_pointer);
    std::shared_ptr<const tls::Pair> pair = self.pair_();
    const std::lock_guard lock(self.mutex_);
    if (pair == self.given_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    const grpc_ssl_pem_key_cert_pair given = {pair->key.c_str(), pair->certificates.c_str()};
    // Without roots the process would end, though nobody is asked for a certificate.
    const std::string& roots =
        pair->client_authorities.empty() ? pair->certificates : pair->client_authorities;
    *config = grpc_ssl_server_certificate_config_create(roots.c_str(), &given, 1);
    self.given_ = std::move(pair);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  const CurrentPair pair_;
  std::mutex mutex_;
  std::shared_ptr<const tls::Pair> given_;  // Guarded by mutex_.
  grpc_server_credentials* const credentials_;
};

std::shared_ptr<grpc::ServerCredentials> TrustedCredentials(const std::string& address) {
  const bool is_unix = absl::StartsWith(address, "unix:");
  return grpc::experimental::LocalServerCredentials(is_unix ? UDS : LOCAL_TCP);
}

}  // namespace

Listener MakeListener(const config::Listener& at, CurrentPair pair) {
  if (at.tls.has_value()) {
    return {at, std::make_shared<FetchedCredentials>(*at.tls, std::move(pair))};
  }
  return {at, at.trusted ? TrustedCredentials(at.address) : grpc::InsecureServerCredentials()};
}

bool CameByTrusted(const grpc::AuthContext& connection) {
  const std::vector<grpc::string_ref> by =
      connection.FindPropertyValues(GRPC_TRANSPORT_SECURITY_TYPE_PROPERTY_NAME);
  return by.size() == 1 && by[0] == kLocal;
}

}  // namespace kyc::rpc
