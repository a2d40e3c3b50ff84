// Calls a service's method as its test does: and waits.
#ifndef SERVER_CALL_TESTING_ANSWER_OF_H_
#define SERVER_CALL_TESTING_ANSWER_OF_H_

#include <future>
#include <utility>

#include "absl/status/statusor.h"
#include "server/call/call_context.h"

namespace kyc {

template <typename Service, typename Request, typename Response>
absl::StatusOr<Response> AnswerOf(Service& service,
                                  void (Service::*rpc)(CallContext, Request, Done<Response>),
                                  CallContext context, Request request) {
  std::promise<absl::StatusOr<Response>> answer;
  (service.*rpc)(std::move(context), std::move(request),
                 [&](absl::StatusOr<Response> response) { answer.set_value(std::move(response)); });
  return answer.get_future().get();
}

}  // namespace kyc

#endif  // SERVER_CALL_TESTING_ANSWER_OF_H_
