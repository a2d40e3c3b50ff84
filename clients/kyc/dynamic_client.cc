#include "clients/kyc/dynamic_client.h"

#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/util/json_util.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "clients/kyc/json_text.h"

namespace kyc::client {
namespace {

using google::protobuf::DynamicMessageFactory;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

// Serialized request messages.
absl::StatusOr<std::vector<std::string>> ReadRequests(const MethodDescriptor& method,
                                                      const std::string& json,
                                                      const Message& prototype) {
  auto texts = SplitJson(json);
  if (!texts.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("error getting request data: ", texts.status().message()));
  }
  if (!method.client_streaming()) {
    if (texts->size() > 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("method \"", method.full_name(), "\" is a ",
                       method.server_streaming() ? "server-streaming" : "unary",
                       " RPC, but request data contained more than 1 message"));
    }
    if (texts->empty()) texts->push_back("{}");
  }
  std::vector<std::string> requests;
  for (const std::string& text : *texts) {
    std::unique_ptr<Message> message(prototype.New());
    const auto read = google::protobuf::util::JsonStringToMessage(text, message.get());
    if (!read.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("error getting request data: ", std::string(read.message())));
    }
    requests.push_back(message->SerializeAsString());
  }
  return requests;
}

}  // namespace

DynamicClient::DynamicClient(const std::string& address, CallOptions options,
                             const std::shared_ptr<grpc::ChannelCredentials>& credentials)
    : options_(std::move(options)),
      channel_(OpenChannel(address, credentials)),
      database_(channel_, options_),
      pool_(&database_) {}

absl::Status DynamicClient::NotFound(const std::string& what) const {
  return database_.stream_status().ok() ? absl::NotFoundError(what) : database_.stream_status();
}

absl::StatusOr<const ServiceDescriptor*> DynamicClient::FindService(const std::string& name) {
  const ServiceDescriptor* service = pool_.FindServiceByName(name);
  if (service != nullptr) return service;
  return NotFound(absl::StrCat("target server does not expose service \"", name, "\""));
}

absl::StatusOr<const MethodDescriptor*> DynamicClient::FindMethod(const std::string& name) {
  size_t split = name.find('/');
  if (split == std::string::npos) split = name.rfind('.');
  if (split == std::string::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("given method name \"", name,
                     "\" is not in expected format: 'service/method' or 'service.method'"));
  }
  const auto service = FindService(name.substr(0, split));
  if (!service.ok()) return service.status();
  const MethodDescriptor* method = (*service)->FindMethodByName(name.substr(split + 1));
  if (method != nullptr) return method;
  return absl::NotFoundError(absl::StrCat("service \"", name.substr(0, split),
                                          "\" does not include a method named \"",
                                          name.substr(split + 1), "\""));
}

absl::StatusOr<grpc::Status> DynamicClient::Call(
    const MethodDescriptor& method, const std::string& json,
    absl::FunctionRef<void(const Message& reply)> on_reply) {
  DynamicMessageFactory factory(&pool_);
  const auto requests = ReadRequests(method, json, *factory.GetPrototype(method.input_type()));
  if (!requests.ok()) return requests.status();

  const Message& reply_prototype = *factory.GetPrototype(method.output_type());
  const std::string path = absl::StrCat("/", method.service()->full_name(), "/", method.name());
  bool readable = true;
  const grpc::Status end = CallRaw(channel_, path, *requests, options_, [&](const std::string& b) {
    std::unique_ptr<Message> reply(reply_prototype.New());
    readable = readable && reply->ParseFromString(b);
    if (readable) on_reply(*reply);
  });
  if (readable) return end;
  return grpc::Status(grpc::StatusCode::INTERNAL, "the reply is not of the described type");
}

}  // namespace kyc::client
