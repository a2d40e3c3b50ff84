#include "server/upstream/curl_code.h"

namespace kyc::upstream {

bool BodySent(const TransferFacts& facts) {
  // An empty body goes out with its header.
  if (facts.body_size == 0) return facts.tries > 0;
  if (facts.body_taken == 0) return false;
  // The first write of the only try failed as a whole: the connection was dead before it. After any
  // other code, or a second try, SIZE_UPLOAD_T is no evidence.
  const bool first_write_failed =
      facts.code == CURLE_SEND_ERROR && facts.tries == 1 && facts.uploaded == 0;
  return !first_write_failed;
}

FailureKind KindOf(const TransferFacts& facts) {
  if (facts.reply_too_large) return FailureKind::kReplyTooLarge;
  // The guard runs once there is a connection, so without it there was none, whatever the code.
  const bool never_connected = facts.tries == 0;
  switch (facts.code) {
    case CURLE_OPERATION_TIMEDOUT:
      if (facts.time_was_up) return facts.on_expiry;
      // Only connecting has a time of its own.
      return facts.body_taken == 0 ? FailureKind::kUnreachable : FailureKind::kAttemptTimeout;
    case CURLE_FILESIZE_EXCEEDED:
      return FailureKind::kReplyTooLarge;
    case CURLE_OUT_OF_MEMORY:  // Said also of a first line that outgrows libcurl's room for it.
      return never_connected ? FailureKind::kUnreachable : FailureKind::kReplyTooLarge;
    // Also possible after a first try, on an idle connection that turned out to be dead.
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return FailureKind::kUnreachable;
    case CURLE_OK:                    // Of a reply whose headers are cut.
    case CURLE_UNSUPPORTED_PROTOCOL:  // Something that is not HTTP came back ("HTTP/0.9").
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_PARTIAL_FILE:
    case CURLE_BAD_CONTENT_ENCODING:
      return never_connected ? FailureKind::kUnreachable : FailureKind::kReplyUnreadable;
    default:
      if (never_connected) return FailureKind::kUnreachable;
      return facts.reply_began ? FailureKind::kReplyUnreadable : FailureKind::kConnectionLost;
  }
}

}  // namespace kyc::upstream
