#include "server/upstream/curl_code.h"

#include "server/upstream/certificate_fault.h"

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

namespace {

// Why there was no connection to send on.
FailureKind KindOfNoConnection(const TransferFacts& facts) {
  if (IsCertificateFault(facts.code)) return FailureKind::kUntrusted;
  if (!facts.through_proxy) return FailureKind::kUnreachable;
  if (facts.proxy_status == 407) return FailureKind::kProxyUnauthorized;
  if (facts.proxy_status / 100 == 4) return FailureKind::kProxyRefused;
  return facts.connected ? FailureKind::kUnreachable : FailureKind::kProxyUnreachable;
}

}  // namespace

FailureKind KindOf(const TransferFacts& facts) {
  if (facts.reply_too_large) return FailureKind::kReplyTooLarge;
  // The guard runs once there is a connection, so without it there was none, whatever the code.
  const bool never_connected = facts.tries == 0;
  switch (facts.code) {
    case CURLE_OPERATION_TIMEDOUT:
      if (facts.time_was_up) return facts.on_expiry;
      // Only connecting has a time of its own.
      return facts.body_taken == 0 ? KindOfNoConnection(facts) : FailureKind::kAttemptTimeout;
    case CURLE_FILESIZE_EXCEEDED:
      return FailureKind::kReplyTooLarge;
    case CURLE_OUT_OF_MEMORY:  // Said also of a first line that outgrows libcurl's room for it.
      return never_connected ? KindOfNoConnection(facts) : FailureKind::kReplyTooLarge;
    // Also possible after a first try, on an idle connection that turned out to be dead.
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return KindOfNoConnection(facts);
    case CURLE_OK:                    // Of a reply whose headers are cut.
    case CURLE_UNSUPPORTED_PROTOCOL:  // Something that is not HTTP came back ("HTTP/0.9").
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_PARTIAL_FILE:
    case CURLE_BAD_CONTENT_ENCODING:
      return never_connected ? KindOfNoConnection(facts) : FailureKind::kReplyUnreadable;
    default:
      if (never_connected) return KindOfNoConnection(facts);
      return facts.reply_began ? FailureKind::kReplyUnreadable : FailureKind::kConnectionLost;
  }
}

}  // namespace kyc::upstream
