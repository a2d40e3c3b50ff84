// Where the gateway is, and who calls.
#ifndef CLIENTS_CPP_TARGET_H_
#define CLIENTS_CPP_TARGET_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace kyc_gateway {

struct Target {
  std::string address;
  // The bearer token of the moment; none where it is empty.
  std::function<std::string()> token = {};
  // More headers of each call, their names in small letters.
  std::vector<std::pair<std::string, std::string>> headers = {};
  // Whether $http_proxy, $grpc_proxy and the like are heeded, as gRPC does.
  bool use_proxy = true;
  bool plaintext = false;
  // Whether a call that has no request_id gets one.
  bool request_ids = true;
  // PEM. Without the first the system's authorities are believed.
  std::string ca_certificates = {};
  std::string certificate = {};
  std::string key = {};

  // A connection of its own, not shared with other channels.
  std::shared_ptr<grpc::Channel> Open() const;
  void Authorize(grpc::ClientContext& context) const;
};

// Doubles from 0.1 s on; chance takes away up to a half, so that callers do not come back together.
absl::Duration PauseAfter(int tries, absl::Duration longest);

}  // namespace kyc_gateway

#endif  // CLIENTS_CPP_TARGET_H_
