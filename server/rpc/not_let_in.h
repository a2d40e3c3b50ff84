// The trace of every call that was not let in, or that wanted more than its caller may have.
#ifndef SERVER_RPC_NOT_LET_IN_H_
#define SERVER_RPC_NOT_LET_IN_H_

#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/call/few_addresses.h"
#include "server/call/metrics.h"
#include "server/call/repeated_lines.h"

namespace kyc::rpc {

// A call that was not let in.
struct Refused {
  std::string reason;
  std::string why;  // One of few words.
  std::string method;
  std::string caller;   // Empty where it was unknown.
  std::string address;  // Of the other end, or that there were many.
};

// The loop thread's; owned by rpc::Server.
class NotLetIn {
 public:
  // `metrics` outlives it.
  NotLetIn(Metrics& metrics, RepeatedLines::Write write) : metrics_(metrics), lines_(write) {}

  // Has each told to `also`, on the loop's thread; before the first one.
  void TellAlso(std::function<void(const Refused&)> also) { also_ = std::move(also); }

  // Counts the end of a call, and has a line for it, if its caller was unknown or not allowed.
  // `caller` is empty where it was unknown; `address` is the other end without its port, and left
  // out beyond 64 of them a minute, so that many senders make no more lines than few.
  void Note(const absl::Status& end, absl::string_view method, absl::string_view caller,
            absl::string_view address, absl::Time now);

 private:
  Metrics& metrics_;
  RepeatedLines lines_;
  FewAddresses addresses_;
  std::function<void(const Refused&)> also_;  // May be null.
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_NOT_LET_IN_H_
