// What Netzme is answered: SNAP's codes as an HTTP reply. Pure.
#ifndef SERVER_NETZME_WEBHOOK_SNAP_ANSWER_H_
#define SERVER_NETZME_WEBHOOK_SNAP_ANSWER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "server/http/handler.h"

namespace kyc::netzme {

struct SnapAnswer {
  std::string code = "2000000";  // HTTP status, service code (00), case code.
  std::string message = "Successful";
  std::string reference = {};   // originalReferenceNo where it was read, else empty and not sent.
  int retry_after_seconds = 1;  // Sent with 429 and 503 only.
};

// The HTTP status is the code's first three digits. 405 says Allow: POST; 429 and 503 say when to
// come again.
http::HttpReply ToReply(const SnapAnswer& answer);

// The answer that stands for an HTTP status by itself.
SnapAnswer AnswerOfStatus(int http_status);

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_WEBHOOK_SNAP_ANSWER_H_
