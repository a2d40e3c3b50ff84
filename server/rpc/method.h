// An rpc as bytes in, bytes out; and the templates that put Protobuf messages on top of it.
#ifndef SERVER_RPC_METHOD_H_
#define SERVER_RPC_METHOD_H_

#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/call/blob.h"
#include "server/call/call_context.h"
#include "server/rpc/large_fields.h"
#include "server/rpc/stream.h"

namespace kyc::rpc {

// What a unary method answers.
struct UnaryAnswer {
  // Made of what it is.
  UnaryAnswer(absl::StatusOr<grpc::ByteBuffer> message) : message(std::move(message)) {}
  UnaryAnswer(grpc::ByteBuffer bytes) : message(grpc::ByteBuffer()) { message->Swap(&bytes); }
  UnaryAnswer(absl::Status error) : message(std::move(error)) {}
  // gRPC's buffers can be copied and swapped, but not moved.
  UnaryAnswer(UnaryAnswer&& other) noexcept : message(grpc::ByteBuffer()), replay(other.replay) {
    if (other.message.ok()) {
      message->Swap(&*other.message);
    } else {
      message = std::move(other.message).status();
    }
  }
  UnaryAnswer& operator=(UnaryAnswer&&) = delete;

  absl::StatusOr<grpc::ByteBuffer> message;
  // It was another call's before, which the caller is told by trailing metadata.
  bool replay = false;
};
using OnUnaryAnswer = absl::AnyInvocable<void(UnaryAnswer) &&>;

// One rpc. Exactly one of `unary`, `stream` and `each` is set. They run on the loop's thread and
// must not block. A unary method's request counts as held until the method lets go of it; the
// others' until they return.
struct Method {
  std::string name;  // "/package.Service/Method"
  size_t max_request_bytes = 64 << 10;
  bool needs_caller = true;  // False: anybody may call it (health, reflection).
  // Messages over 64 KiB hold images that may be left out: calls without wait for nobody's images.
  bool images_optional = false;
  // It answers at its deadline by itself, and says what is known. Others are answered for then.
  bool keeps_deadline = false;
  std::function<void(CallContext, std::shared_ptr<grpc::ByteBuffer> request, OnUnaryAnswer)> unary;
  std::function<absl::StatusOr<std::unique_ptr<Producer>>(Stream*, grpc::ByteBuffer* request)>
      stream;
  // Answers each of the caller's messages by one message, in order.
  std::function<absl::StatusOr<grpc::ByteBuffer>(grpc::ByteBuffer* request)> each;
};

// A unary method. `large` are the paths of the bytes fields that are handed over as Blobs, in that
// order, and left empty in the message. The request is held as long as one of its blobs; one
// without large fields until it is answered.
template <typename Request, typename Response>
Method Unary(std::string name, size_t max_request_bytes, std::vector<FieldPath> large,
             std::function<void(CallContext, Request, std::vector<Blob>, Done<Response>)> handle) {
  Method method;
  method.name = std::move(name);
  method.max_request_bytes = max_request_bytes;
  method.unary = [large = std::move(large), handle = std::move(handle)](
                     CallContext context, std::shared_ptr<grpc::ByteBuffer> bytes,
                     OnUnaryAnswer done) {
    std::vector<Blob> blobs;
    Request request;
    const absl::Status parsed =
        large.empty() ? Parse(bytes.get(), request) : ParseApart(bytes, large, request, blobs);
    if (!parsed.ok()) return std::move(done)(parsed);
    if (!large.empty()) bytes.reset();
    handle(std::move(context), std::move(request), std::move(blobs),
           [bytes = std::move(bytes),
            done = std::move(done)](absl::StatusOr<Response> response) mutable {
             if (!response.ok()) return std::move(done)(response.status());
             std::move(done)(Serialize(*response));
           });
  };
  return method;
}

// A unary method without large fields.
template <typename Request, typename Response>
Method Unary(std::string name, std::function<void(CallContext, Request, Done<Response>)> handle) {
  return Unary<Request, Response>(
      std::move(name), 64 << 10, {},
      [handle = std::move(handle)](CallContext context, Request request, std::vector<Blob>,
                                   Done<Response> done) {
        handle(std::move(context), std::move(request), std::move(done));
      });
}

// A method that answers with a stream.
template <typename Request>
Method ServerStream(
    std::string name,
    std::function<absl::StatusOr<std::unique_ptr<Producer>>(Stream*, Request)> open) {
  Method method;
  method.name = std::move(name);
  method.stream = [open = std::move(open)](
                      Stream* stream,
                      grpc::ByteBuffer* bytes) -> absl::StatusOr<std::unique_ptr<Producer>> {
    Request request;
    if (absl::Status parsed = Parse(bytes, request); !parsed.ok()) return parsed;
    return open(stream, std::move(request));
  };
  return method;
}

}  // namespace kyc::rpc

#endif  // SERVER_RPC_METHOD_H_
