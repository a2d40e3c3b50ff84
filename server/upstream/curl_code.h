// What a transfer that brought no answer means: from libcurl's code and our own counts.
#ifndef SERVER_UPSTREAM_CURL_CODE_H_
#define SERVER_UPSTREAM_CURL_CODE_H_

#include <curl/curl.h>

#include <cstddef>

#include "server/upstream/http.h"

namespace kyc::upstream {

// What is known of a transfer when it ends. Counted in our own callbacks, because libcurl's figures
// cannot be trusted: after CURLE_SEND_FAIL_REWIND it reports 0 bytes sent of a body that arrived.
struct TransferFacts {
  CURLcode code = CURLE_OK;
  int tries = 0;  // How often libcurl was about to send the request on a connection.
  size_t body_size = 0;
  // Bytes of the body that libcurl asked for; where the body goes out with its header, bytes of the
  // request that left.
  size_t body_taken = 0;
  curl_off_t uploaded = 0;   // CURLINFO_SIZE_UPLOAD_T; in that other case like body_taken.
  bool reply_began = false;  // A whole status line arrived.
  bool reply_too_large = false;
  bool through_proxy = false;
  bool connected = false;    // TCP's handshake was done: with the proxy, where there is one.
  long proxy_status = 0;     // What the proxy answered to CONNECT; 0: nothing.
  bool time_was_up = false;  // The attempt's whole time, not only that for connecting.
  FailureKind on_expiry = FailureKind::kAttemptTimeout;
};

// False only if surely no byte of the body left.
bool BodySent(const TransferFacts& facts);

FailureKind KindOf(const TransferFacts& facts);

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_CURL_CODE_H_
