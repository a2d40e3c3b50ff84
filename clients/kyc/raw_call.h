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

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"

namespace kyc::client {

struct CallOptions {
  std::vector<std::pair<std::string, std::string>> headers;
  absl::Duration max_time = absl::InfiniteDuration();
};

// A channel that takes replies of any size.
std::shared_ptr<grpc::Channel> OpenChannel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials);

void Apply(const CallOptions& options, grpc::ClientContext& context);

// Sends the requests, says that there are no more, hands over each reply as it comes. Blocks until
// the call has ended. `path` is "/package.Service/Method".
grpc::Status CallRaw(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
                     const std::vector<std::string>& requests, const CallOptions& options,
                     absl::FunctionRef<void(const std::string& reply)> on_reply);

}  // namespace kyc::client

#endif  // CLIENTS_KYC_RAW_CALL_H_
