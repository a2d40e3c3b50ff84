// What the WideKYC endpoints need of the configuration.
#ifndef SERVER_WIDEKYC_OPTIONS_H_
#define SERVER_WIDEKYC_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "server/call/secret.h"
#include "server/upstream/http.h"

namespace kyc::widekyc {

struct Options {
  std::string server_url;  // Without a trailing slash.
  int64_t max_image_bytes = 8 << 20;
  int64_t max_reply_bytes = 1 << 20;
  int max_cust_ref_no_bytes = 128;
  int max_text_bytes = 256;
  upstream::Headers extra_headers;
  // Names that a request's `account` may have. The service fills it in.
  std::vector<std::string> accounts;
};

}  // namespace kyc::widekyc

#endif  // SERVER_WIDEKYC_OPTIONS_H_
