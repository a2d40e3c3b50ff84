// A reply as HTTP/1.x bytes. Pure.
#ifndef SERVER_HTTP_REPLY_TEXT_H_
#define SERVER_HTTP_REPLY_TEXT_H_

#include <string>

#include "absl/time/time.h"
#include "server/http/handler.h"

namespace kyc::http {

// What of the request shapes the bytes of its reply.
struct ReplyFraming {
  bool keep_alive = true;  // Else `Connection: close`.
  bool http_1_0 = false;   // Such a client is told when the connection stays.
  bool head_only = false;  // The answer to HEAD: the length of the body without the body.
};

// Headers that hold a line break are left out. One that goes on has no length: its end is the
// connection's.
std::string ReplyText(const HttpReply& reply, const ReplyFraming& framing, absl::Time now);

}  // namespace kyc::http

#endif  // SERVER_HTTP_REPLY_TEXT_H_
