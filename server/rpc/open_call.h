// A call as the three kinds of calls see it.
#ifndef SERVER_RPC_OPEN_CALL_H_
#define SERVER_RPC_OPEN_CALL_H_

#include <grpcpp/support/byte_buffer.h>

#include <memory>

#include "server/rpc/method.h"
#include "server/rpc/stream.h"

namespace kyc::rpc {

// Loop thread only.
class OpenCall : public Stream {
 public:
  // The message that was read. Counts as held until the last owner lets go of it, on any thread.
  virtual std::shared_ptr<grpc::ByteBuffer> TakeRequest() = 0;
  // The same until the call has ended.
  virtual grpc::ByteBuffer* request() = 0;
  // Reads the next message of a conversation.
  virtual void ReadNext() = 0;
  // The answer of a unary method: exactly once.
  virtual void Answer(UnaryAnswer answer) = 0;
};

// What a kind of call does at each step of its life.
class CallSteps {
 public:
  virtual ~CallSteps() = default;

  // A message is whole.
  virtual void OnMessage() = 0;
  // The message that was written was taken.
  virtual void OnWritten() {}
  // The server drains.
  virtual void OnDrain() {}
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_OPEN_CALL_H_
