// Each message is answered by one, until the caller closes its side.
#ifndef SERVER_RPC_CONVERSATION_CALL_H_
#define SERVER_RPC_CONVERSATION_CALL_H_

#include "server/rpc/method.h"
#include "server/rpc/open_call.h"

namespace kyc::rpc {

// Loop thread only. Part of its call.
class ConversationCall final : public CallSteps {
 public:
  ConversationCall(OpenCall& call, const Method& method) : call_(call), method_(method) {}

  void OnMessage() override;
  void OnWritten() override { call_.ReadNext(); }

 private:
  OpenCall& call_;
  const Method& method_;
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_CONVERSATION_CALL_H_
