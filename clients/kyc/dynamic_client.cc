#include "clients/kyc/dynamic_client.h"

#include <google/protobuf/dynamic_message.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace kyc::client {
namespace {

using google::protobuf::DynamicMessageFactory;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

// Hands on messages instead of bytes.
class Parsed final : public CallEvents {
 public:
  Parsed(const Message& prototype, ReplyEvents& events) : prototype_(prototype), events_(events) {}

  void OnHeaders(const Headers& headers) override { events_.OnHeaders(headers); }
  void OnReply(const std::string& bytes) override {
    const std::unique_ptr<Message> reply(prototype_.New());
    readable_ = readable_ && reply->ParseFromString(bytes);
    if (readable_) events_.OnReply(*reply);
  }
  void OnTrailers(const Headers& trailers) override { events_.OnTrailers(trailers); }
  bool readable() const { return readable_; }

 private:
  const Message& prototype_;
  ReplyEvents& events_;
  bool readable_ = true;
};

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

absl::StatusOr<grpc::Status> DynamicClient::Call(const MethodDescriptor& method,
                                                 const std::string& text, Format format,
                                                 ReplyEvents& events) {
  DynamicMessageFactory factory(&pool_);
  const auto requests =
      ReadRequests(method, text, format, *factory.GetPrototype(method.input_type()));
  if (!requests.ok()) return requests.status();
  events.OnSend(static_cast<int>(requests->size()));

  Parsed replies(*factory.GetPrototype(method.output_type()), events);
  const std::string path = absl::StrCat("/", method.service()->full_name(), "/", method.name());
  const grpc::Status end = CallRaw(channel_, path, *requests, options_, replies);
  if (replies.readable()) return end;
  return grpc::Status(grpc::StatusCode::INTERNAL, "the reply is not of the described type");
}

}  // namespace kyc::client
