// What a call carries through every room.
#ifndef SERVER_CALL_CALL_CONTEXT_H_
#define SERVER_CALL_CALL_CONTEXT_H_

#include <stop_token>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/call/span.h"

namespace kyc {

// Made once per call, where it arrives (rpc/ or http/), and passed as a value.
struct CallContext {
  // The caller's x-request-id where it sent a usable one, else made here. For logs, and told
  // to the caller.
  std::string request_id;
  // Name of the configured caller.
  std::string caller;
  // What the caller says that it is for (x-purpose); empty if it does not, or not so that it can be
  // kept.
  std::string purpose;
  // Its place in its caller's trace, if it has one.
  Span span = {};
  // When it came, by the steady clock (SteadyNow).
  absl::Time arrived;
  // By the steady clock, wherever it is looked at: a unary call's is always set, its
  // caller's or the configured default.
  absl::Time deadline = absl::InfiniteFuture();
  // What this caller may do.
  bool allow_full_view = false;
  bool allow_admin = false;
  bool allow_personal_data = false;
  // Stop is requested when the caller cancels, disconnects, or when a drain ends the call. Whoever
  // works for the call then stops and still answers, once.
  std::stop_token cancel;
};

// Receives the answer of a call: exactly once, on any thread; must not block.
template <typename Response>
using Done = absl::AnyInvocable<void(absl::StatusOr<Response>) &&>;

}  // namespace kyc

#endif  // SERVER_CALL_CALL_CONTEXT_H_
