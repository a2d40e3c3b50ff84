#include "server/upstream/http.h"

#include <algorithm>

namespace kyc::upstream {

bool Sendable(const Headers& headers) {
  constexpr absl::string_view kForbidden("\r\n\0", 3);
  return std::all_of(headers.begin(), headers.end(), [&](const auto& header) {
    return header.first.find_first_of(kForbidden.data(), 0, 3) == std::string::npos &&
           header.second.find_first_of(kForbidden.data(), 0, 3) == std::string::npos;
  });
}

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
