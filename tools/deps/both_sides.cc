// Prints one line per library that answers: boringssl_symbols_test.sh reads them, and this binary's
// symbols.
#include <curl/curl.h>
#include <grpcpp/grpcpp.h>

#include <iostream>

#include "server/frames/counted_reads.h"
#include "tools/deps/boringssl_side.h"
#include "tools/deps/openssl_side.h"

int main() {
  const std::string key = "1234567890123456";
  std::cout << "boringssl " << EncryptByBoringSsl(key, "123456") << "\n"
            << "openssl " << EncryptByOpenSsl(key, "123456") << "\n"
            << "version " << OpenSslVersion() << "\n"
            << "curl " << curl_version() << "\n";
  // Links what stands in for OpenSSL's SSL_read.
  std::cout << "counted " << kyc::frames::SeenSoFar().begun_tls << "\n";
  // gRPC's own TLS, that is OpenSSL's, starts in a process where BoringSSL has worked.
  auto channel = grpc::CreateChannel("localhost:1", grpc::SslCredentials({}));
  channel->GetState(/*try_to_connect=*/true);
  std::cout << "grpc " << grpc::Version() << "\n";
}
