// One gRPC call of any kind, as bytes.
#ifndef CLIENTS_KYC_RAW_CALL_H_
#define CLIENTS_KYC_RAW_CALL_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace kyc::client {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct CallOptions {
  Headers headers;
  absl::Duration max_time = absl::InfiniteDuration();
};

// A channel that takes replies of any size.
std::shared_ptr<grpc::Channel> OpenChannel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials);

void Apply(const CallOptions& options, grpc::ClientContext& context);

// What comes back, as it comes: headers, any number of replies, trailers. Of the headers those that
// gRPC does not keep for itself.
class CallEvents {
 public:
  virtual ~CallEvents() = default;
  virtual void OnHeaders(const Headers&) {}
  virtual void OnReply(const std::string& reply) = 0;
  virtual void OnTrailers(const Headers&) {}
};

// Sends the requests, says that there are no more, hands over what comes. Blocks until the call has
// ended. `path` is "/package.Service/Method".
grpc::Status CallRaw(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
                     const std::vector<std::string>& requests, const CallOptions& options,
                     CallEvents& events);

}  // namespace kyc::client

#endif  // CLIENTS_KYC_RAW_CALL_H_
