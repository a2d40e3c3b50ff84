// One message, one answer.
#ifndef SERVER_RPC_UNARY_CALL_H_
#define SERVER_RPC_UNARY_CALL_H_

#include "server/rpc/cq_loop.h"
#include "server/rpc/method.h"
#include "server/rpc/open_call.h"

namespace kyc::rpc {

// Loop thread only. Part of its call.
class UnaryCall final : public CallSteps {
 public:
  UnaryCall(OpenCall& call, const Method& method, CqLoop& loop)
      : call_(call), method_(method), loop_(loop) {}

  void OnMessage() override;

 private:
  OpenCall& call_;
  const Method& method_;
  CqLoop& loop_;
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_UNARY_CALL_H_
