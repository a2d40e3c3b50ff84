// Outbound HTTP as values: all that an endpoint knows of it.
#ifndef SERVER_UPSTREAM_HTTP_H_
#define SERVER_UPSTREAM_HTTP_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/call/call_context.h"
#include "server/json/body.h"

namespace kyc::upstream {

using Headers = std::vector<std::pair<std::string, std::string>>;
// A line end in a header would let its value write further headers.
bool Sendable(const Headers& headers);

// A POST. Whoever sends it lets go of its body, and so of the blobs in it, as soon as it has left.
struct HttpRequest {
  std::string url;
  Headers headers;  // Their values may be secrets: never logged.
  json::Body body;
};

// What came back. A 404 is an answer, not a failure.
struct HttpResponse {
  int status = 0;
  Headers headers;  // Names in lower case.
  std::string body;
  int attempts = 1;
  // Whatever failure it tells of, the call was surely not processed: it came before all of the body
  // had left, or it is a 503 that the configuration believes (chain.h).
  bool surely_unprocessed = false;
};

// Why no answer came.
enum class FailureKind {
  kUnreachable,  // No resolve, no connect, no TLS handshake; or the proxy could not connect.
  kUntrusted,    // Its certificate does not verify.
  kProxyUnreachable,
  kProxyUnauthorized,  // The proxy answered 407: it does not know us.
  kProxyRefused,       // The proxy answered another 4xx: it does not let us through.
  kConnectionLost,     // The connection ended before the reply was whole.
  kAttemptTimeout,     // Our own timeout for one attempt.
  kCallerDeadline,     // The caller's deadline, or less than 250 ms left of it.
  kCancelled,          // CallContext.cancel.
  kReplyTooLarge,      // The reply is over the limit.
  kReplyUnreadable,    // Not HTTP, or cut short after it began (Content-Length, chunk).
  kNoSlot,             // All slots taken and the wait is over, or too many wait.
  kCircuitOpen,        // The breaker is open.
};
absl::string_view FailureName(FailureKind kind);  // "unreachable", ... for metrics and logs.

struct HttpFailure {
  FailureKind kind = FailureKind::kUnreachable;
  // False: surely no byte of the body left, so that the upstream cannot have processed it.
  bool sent = false;
  int attempts = 0;
  // For the log: libcurl's words. No secrets, no personal data.
  std::string cause;
  // How long nothing had come from the upstream when it ended, though all was sent that could be.
  absl::Duration silent_for = absl::ZeroDuration();
  // For kNoSlot and kCircuitOpen: when to try again.
  absl::Duration retry_after = absl::ZeroDuration();
  // The request, handed back by the transport where it was surely not sent: to send it again.
  std::shared_ptr<HttpRequest> unsent = nullptr;
  // Of kReplyTooLarge and kReplyUnreadable: as much of the reply as came. For the administrator.
  std::shared_ptr<HttpResponse> came = nullptr;
};

using HttpResult = std::variant<HttpResponse, HttpFailure>;

// Receives the result: exactly once, on any thread, also after a cancel; must not block.
using OnResponse = absl::AnyInvocable<void(HttpResult) &&>;

// All that the services know of HTTP. Retry, breaker and slots are functions from one SendHttp to
// another; a test passes a lambda. Thread-safe; returns at once.
using SendHttp = std::function<void(const CallContext&, HttpRequest, OnResponse)>;

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_HTTP_H_
