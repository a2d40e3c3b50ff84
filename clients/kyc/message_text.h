// Messages in JSON or in protobuf's own text. Pure.
#ifndef CLIENTS_KYC_MESSAGE_TEXT_H_
#define CLIENTS_KYC_MESSAGE_TEXT_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace kyc::client {

enum class Format { kJson, kText };

// What stands between two messages in text, as grpcurl has it.
inline constexpr char kBetweenTexts = '\x1e';

// The serialized messages that `text` holds, one after the other; for a method that takes one, that
// one, or an empty one. INVALID_ARGUMENT in grpcurl's words.
absl::StatusOr<std::vector<std::string>> ReadRequests(
    const google::protobuf::MethodDescriptor& method, const std::string& text, Format format,
    const google::protobuf::Message& prototype);

// As protobuf's own text, without a newline at the end.
std::string PrintText(const google::protobuf::Message& message);

}  // namespace kyc::client

#endif  // CLIENTS_KYC_MESSAGE_TEXT_H_
