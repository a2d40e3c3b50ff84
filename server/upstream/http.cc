#include "server/upstream/http.h"

namespace kyc::upstream {

absl::string_view FailureName(FailureKind kind) {
  switch (kind) {
    case FailureKind::kUnreachable:
      return "unreachable";
    case FailureKind::kUntrusted:
      return "untrusted";
    case FailureKind::kProxyUnreachable:
      return "proxy_unreachable";
    case FailureKind::kProxyUnauthorized:
      return "proxy_unauthorized";
    case FailureKind::kProxyRefused:
      return "proxy_refused";
    case FailureKind::kConnectionLost:
      return "connection_lost";
    case FailureKind::kAttemptTimeout:
      return "attempt_timeout";
    case FailureKind::kCallerDeadline:
      return "caller_deadline";
    case FailureKind::kCancelled:
      return "cancelled";
    case FailureKind::kReplyTooLarge:
      return "reply_too_large";
    case FailureKind::kReplyUnreadable:
      return "reply_unreadable";
    case FailureKind::kNoSlot:
      return "no_slot";
    case FailureKind::kCircuitOpen:
      return "circuit_open";
  }
  return "unknown";
}

}  // namespace kyc::upstream
