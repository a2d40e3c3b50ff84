// Messages as JSON, the way grpcurl prints them. Pure.
#ifndef CLIENTS_KYC_JSON_PRINT_H_
#define CLIENTS_KYC_JSON_PRINT_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string>

#include "absl/strings/string_view.h"

namespace kyc::client {

struct JsonStyle {
  bool one_line = false;       // Else indented by two spaces.
  bool emit_defaults = false;  // Also fields that are not set.
};

// Fields in the order of their declaration (in an Any: of their names), lowerCamelCase, 64-bit
// integers as texts, map keys sorted. An Any is looked up in `types`, then among the types linked
// into this program; of an unknown type only "@type" and the bytes as base64 in "@value" are
// printed. No newline at the end.
std::string PrintJson(const google::protobuf::Message& message,
                      const google::protobuf::DescriptorPool& types, JsonStyle style = {});

// The same of a packed message, as in an Any.
std::string PrintAnyJson(const std::string& type_url, const std::string& value,
                         const google::protobuf::DescriptorPool& types, JsonStyle style = {});

}  // namespace kyc::client

#endif  // CLIENTS_KYC_JSON_PRINT_H_
