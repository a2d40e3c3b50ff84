// A call to an upstream that is counted where it ends.
#ifndef SERVER_USAGE_METERED_H_
#define SERVER_USAGE_METERED_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "server/call/call_context.h"
#include "server/call/ready_call.h"
#include "server/usage/meter.h"

namespace kyc::usage {

// Sent if its caller may make one more, and counted whatever has become of that caller meanwhile.
template <typename Response>
ReadyCall<Response> Metered(std::shared_ptr<Meter> meter, std::string method,
                            ReadyCall<Response> call) {
  std::string account = call.account;
  auto send = [meter = std::move(meter), method = std::move(method), account,
               send = std::move(call.send)](const CallContext& context,
                                            Done<Response> done) mutable {
    const absl::Status may = meter->Begin({context.caller, account, method});
    if (!may.ok()) return std::move(done)(may);
    std::move(send)(context, [meter = std::move(meter), caller = context.caller,
                              method = std::move(method), account = std::move(account),
                              done = std::move(done)](absl::StatusOr<Response> response) mutable {
      meter->End({caller, account, method}, response.status());
      std::move(done)(std::move(response));
    });
  };
  return {std::move(account), std::move(send)};
}

}  // namespace kyc::usage

#endif  // SERVER_USAGE_METERED_H_
