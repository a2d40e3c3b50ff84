// HTTP requests to programs on 127.0.0.1.
#ifndef TESTS_SUPPORT_HTTP_H_
#define TESTS_SUPPORT_HTTP_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/support/certificates.h"

namespace kyc::tests {

struct HttpAnswer {
  long status = 0;  // 0: there was no answer.
  std::string body;
};

// How a client speaks TLS.
struct OverTls {
  std::string authority;               // PEM of what it trusts.
  const Identity* identity = nullptr;  // What it shows; null: nothing.
};

// `tls` null: in plaintext.
HttpAnswer Get(uint16_t port, const std::string& target,
               const std::vector<std::string>& headers = {}, const OverTls* tls = nullptr);

// `target` may be an absolute URI, too. `headers` like "Content-Type: application/json".
HttpAnswer Post(uint16_t port, const std::string& target, const std::vector<std::string>& headers,
                absl::string_view body, const OverTls* tls = nullptr);

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_HTTP_H_
