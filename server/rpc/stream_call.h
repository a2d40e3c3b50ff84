// One message, then a producer writes.
#ifndef SERVER_RPC_STREAM_CALL_H_
#define SERVER_RPC_STREAM_CALL_H_

#include <memory>

#include "server/rpc/method.h"
#include "server/rpc/open_call.h"

namespace kyc::rpc {

// Loop thread only. Part of its call; its producer goes with it.
class StreamCall final : public CallSteps {
 public:
  StreamCall(OpenCall& call, const Method& method) : call_(call), method_(method) {}

  void OnMessage() override;
  void OnWritten() override { producer_->OnWritten(); }
  void OnDrain() override;

 private:
  OpenCall& call_;
  const Method& method_;
  std::unique_ptr<Producer> producer_;
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_STREAM_CALL_H_
