#include "server/rpc/conversation_call.h"

namespace kyc::rpc {

void ConversationCall::OnMessage() {
  absl::StatusOr<grpc::ByteBuffer> answer = method_.each(call_.request());
  if (!answer.ok()) return call_.Finish(answer.status());
  call_.Write(*answer);
}

}  // namespace kyc::rpc
