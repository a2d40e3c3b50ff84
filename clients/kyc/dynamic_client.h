// Calls a server that describes itself: nothing needs to be known of it before.
#ifndef CLIENTS_KYC_DYNAMIC_CLIENT_H_
#define CLIENTS_KYC_DYNAMIC_CLIENT_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/kyc/message_text.h"
#include "clients/kyc/raw_call.h"
#include "clients/kyc/reflection_database.h"

namespace kyc::client {

// A call as it goes on. The replies' types are gone when the call has returned.
class ReplyEvents {
 public:
  virtual ~ReplyEvents() = default;
  virtual void OnSend(int /*requests*/) {}
  virtual void OnHeaders(const Headers&) {}
  virtual void OnReply(const google::protobuf::Message& reply) = 0;
  virtual void OnTrailers(const Headers&) {}
};

// Every method blocks. Not thread-safe.
class DynamicClient {
 public:
  // `address` is host:port; `options` go with every call, those for descriptors too.
  DynamicClient(const std::string& address, CallOptions options,
                const std::shared_ptr<grpc::ChannelCredentials>& credentials =
                    grpc::InsecureChannelCredentials());

  absl::StatusOr<std::vector<std::string>> ListServices() { return database_.ListServices(); }

  absl::StatusOr<const google::protobuf::ServiceDescriptor*> FindService(const std::string& name);

  // "package.Service/Method" or "package.Service.Method".
  absl::StatusOr<const google::protobuf::MethodDescriptor*> FindMethod(const std::string& name);

  // The text has one value per request message, or none for one empty message. An error means that
  // nothing was sent; else the status with which the call ended.
  absl::StatusOr<grpc::Status> Call(const google::protobuf::MethodDescriptor& method,
                                    const std::string& text, Format format, ReplyEvents& events);

  // All types that the server describes.
  const google::protobuf::DescriptorPool& types() const { return pool_; }

 private:
  absl::Status NotFound(const std::string& what) const;

  const CallOptions options_;
  const std::shared_ptr<grpc::Channel> channel_;
  ReflectionDatabase database_;
  google::protobuf::DescriptorPool pool_;
};

}  // namespace kyc::client

#endif  // CLIENTS_KYC_DYNAMIC_CLIENT_H_
