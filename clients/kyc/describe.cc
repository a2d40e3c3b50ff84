#include "clients/kyc/describe.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace kyc::client {
namespace {

using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

std::string MethodText(const MethodDescriptor& method) {
  const auto type = [](bool stream, const google::protobuf::Descriptor& message) {
    return absl::StrCat(stream ? "stream ." : ".", message.full_name());
  };
  return absl::StrCat("rpc ", method.name(), " ( ",
                      type(method.client_streaming(), *method.input_type()), " ) returns ( ",
                      type(method.server_streaming(), *method.output_type()), " );\n");
}

std::vector<const MethodDescriptor*> SortedMethods(const ServiceDescriptor& service) {
  std::vector<const MethodDescriptor*> methods;
  for (int i = 0; i < service.method_count(); ++i) methods.push_back(service.method(i));
  std::sort(methods.begin(), methods.end(),
            [](const auto* a, const auto* b) { return a->name() < b->name(); });
  return methods;
}

std::string ServiceText(const ServiceDescriptor& service) {
  std::string text = absl::StrCat("service ", service.name(), " {\n");
  for (const MethodDescriptor* method : SortedMethods(service)) {
    absl::StrAppend(&text, "  ", MethodText(*method));
  }
  return text + "}\n";
}

// Protobuf writes the JSON name behind every field of a server that tells it; grpcurl does not.
std::string WithoutJsonNames(std::string text) {
  constexpr char kStart[] = " [json_name = \"";
  for (size_t at = 0; (at = text.find(kStart, at)) != std::string::npos;) {
    const size_t end = text.find('"', at + sizeof(kStart) - 1);
    if (end == std::string::npos) break;
    if (absl::StartsWith(absl::string_view(text).substr(end), "\", ")) {
      text.replace(at, end + 3 - at, " [");
    } else {
      text.erase(at, end + 2 - at);
    }
  }
  return text;
}

std::string Titled(const std::string& name, const char* kind, const std::string& text) {
  return absl::StrCat(name, " is ", kind, ":\n",
                      absl::StripTrailingAsciiWhitespace(WithoutJsonNames(text)), "\n");
}

}  // namespace

absl::StatusOr<std::string> Describe(const google::protobuf::DescriptorPool& pool,
                                     const std::string& symbol) {
  if (const auto* service = pool.FindServiceByName(symbol)) {
    return Titled(symbol, "a service", ServiceText(*service));
  }
  if (const auto* message = pool.FindMessageTypeByName(symbol)) {
    return Titled(symbol, "a message", message->DebugString());
  }
  if (const auto* method = pool.FindMethodByName(symbol)) {
    return Titled(symbol, "a method", MethodText(*method));
  }
  if (const auto* type = pool.FindEnumTypeByName(symbol)) {
    return Titled(symbol, "an enum", type->DebugString());
  }
  if (const auto* field = pool.FindFieldByName(symbol)) {
    return Titled(symbol, "a field", field->DebugString());
  }
  if (const auto* value = pool.FindEnumValueByName(symbol)) {
    return Titled(symbol, "an enum value", value->DebugString());
  }
  if (const auto* oneof = pool.FindOneofByName(symbol)) {
    return Titled(symbol, "a one-of", oneof->DebugString());
  }
  return absl::NotFoundError(absl::StrCat("Symbol not found: ", symbol));
}

std::vector<std::string> MethodNames(const ServiceDescriptor& service) {
  std::vector<std::string> names;
  for (const MethodDescriptor* method : SortedMethods(service)) {
    names.push_back(method->full_name());
  }
  return names;
}

}  // namespace kyc::client
