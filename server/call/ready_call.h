// A call that is right, and of which nothing has been sent.
#ifndef SERVER_CALL_READY_CALL_H_
#define SERVER_CALL_READY_CALL_H_

#include <string>

#include "absl/functional/any_invocable.h"
#include "server/call/call_context.h"

namespace kyc {

// Made by an upstream's service from a request that it has checked.
template <typename Response>
struct ReadyCall {
  std::string account;  // The name of the one that it uses.
  absl::AnyInvocable<void(const CallContext&, Done<Response>) &&> send;
};

}  // namespace kyc

#endif  // SERVER_CALL_READY_CALL_H_
