// Takes large bytes fields out of a request as pieces of gRPC's own slices, so that an image is
// never copied between gRPC's receive and libcurl's send.
#ifndef SERVER_RPC_LARGE_FIELDS_H_
#define SERVER_RPC_LARGE_FIELDS_H_

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/call/blob.h"

namespace kyc::rpc {

// Field numbers from the message down to a bytes field.
using FieldPath = std::vector<int>;

// Parses `bytes` into `message`. INVALID_ARGUMENT MALFORMED_REQUEST if it does not parse or a
// string is not valid UTF-8.
absl::Status Parse(grpc::ByteBuffer* bytes, google::protobuf::MessageLite& message);

// Parses `bytes` into `message`, all but the fields at `paths`: those become `blobs`, in the order
// of `paths`. Their pieces lie in the slices of `bytes`, which it gives up: each piece's owner
// holds its slice, and `bytes` itself. As in Protobuf, the last of several occurrences counts.
// MALFORMED_REQUEST also if all else is over 1 MiB or 4,096 fields; over 64 KiB, fields that the
// message does not know are dropped.
absl::Status ParseApart(const std::shared_ptr<grpc::ByteBuffer>& bytes,
                        const std::vector<FieldPath>& paths, google::protobuf::Message& message,
                        std::vector<Blob>& blobs);

grpc::ByteBuffer Serialize(const google::protobuf::MessageLite& message);
// Of a message that was serialized before.
grpc::ByteBuffer BufferOf(const std::string& bytes);

}  // namespace kyc::rpc

#endif  // SERVER_RPC_LARGE_FIELDS_H_
