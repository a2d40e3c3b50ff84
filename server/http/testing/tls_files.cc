#include "server/http/testing/tls_files.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/support/files.h"

namespace kyc::http {

TlsFiles::TlsFiles(config::ClientCertificate wanted)
    : folder_(tests::MakeFolder("listener")),
      authority_(tests::MakeIdentity({.authority = true}, nullptr)) {
  listener_.field = "webhook.listen";
  listener_.tls = config::Tls{folder_ + "/cert", folder_ + "/key", "", wanted};
  if (wanted != config::ClientCertificate::kNone) {
    listener_.tls->client_ca_file = folder_ + "/ca";
    tests::WriteFile(folder_ + "/ca", authority_.Pem());
  }
  Put(tests::MakeIdentity({}, &authority_));
}

std::shared_ptr<tls::WatchedPair> TlsFiles::Open() const {
  auto opened = tls::WatchedPair::Open(listener_, absl::Now());
  EXPECT_TRUE(opened.ok()) << opened.status();
  return opened.ok() ? *opened : nullptr;
}

void TlsFiles::Put(const tests::Identity& identity) const {
  tests::WriteFile(folder_ + "/cert", identity.Pem());
  tests::WriteFile(folder_ + "/key", identity.KeyPem());
}

ClientContext TlsFiles::TrustingClient(const tests::Identity* identity) const {
  ClientContext context(SSL_CTX_new(TLS_client_method()));
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), authority_.certificate.get());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (identity != nullptr) {
    SSL_CTX_use_certificate(context.get(), identity->certificate.get());
    SSL_CTX_use_PrivateKey(context.get(), identity->key.get());
  }
  return context;
}

}  // namespace kyc::http
