// A server stream as the rooms see it.
#ifndef SERVER_RPC_STREAM_H_
#define SERVER_RPC_STREAM_H_

#include <grpcpp/support/byte_buffer.h>

#include "absl/status/status.h"
#include "server/call/call_context.h"

namespace kyc::rpc {

// The caller's end of one open stream. Loop thread only. Owned by the server; lives as long as its
// Producer.
class Stream {
 public:
  virtual ~Stream() = default;

  virtual const CallContext& context() const = 0;
  // Sends a message. One write at a time: the next one only after Producer::OnWritten.
  virtual void Write(const grpc::ByteBuffer& message) = 0;
  // Ends the stream after the write in flight, if any; when that is stuck for 1 s more, cuts it.
  // Nothing may be written afterwards, OnWritten is not called any more.
  virtual void Finish(absl::Status status) = 0;
};

// What fills a stream. Loop thread only. The server owns it and destroys it when the stream has
// ended for whatever reason (finished, cancelled, connection lost); it then touches nothing.
class Producer {
 public:
  virtual ~Producer() = default;

  // The message was taken by the transport (its flow control has room): another may be written.
  virtual void OnWritten() = 0;
  // The server drains: say goodbye and Finish soon.
  virtual void OnDrain() = 0;
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_STREAM_H_
