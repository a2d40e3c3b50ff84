#include "clients/cpp/target.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <algorithm>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"

namespace kyc_gateway {

// What no channel does by itself is repeat a call that was sent: gRPC's retryPolicy goes by the
// code alone, and UNAVAILABLE is also what the library says of a connection that broke while a
// billed call ran. What gRPC repeats without being told never reached the server's application. For
// the same reason no service config from DNS is taken.
std::shared_ptr<grpc::Channel> Target::Open() const {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(R"({"loadBalancingConfig": [{"round_robin": {}}]})");
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetMaxSendMessageSize(20 << 20);
  arguments.SetMaxReceiveMessageSize(20 << 20);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5'000);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, use_proxy ? 1 : 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  const auto security = plaintext ? grpc::InsecureChannelCredentials()
                                  : grpc::SslCredentials({.pem_root_certs = ca_certificates,
                                                          .pem_private_key = key,
                                                          .pem_cert_chain = certificate});
  return grpc::CreateCustomChannel(address, security, arguments);
}

void Target::Authorize(grpc::ClientContext& context) const {
  for (const auto& [name, value] : headers) context.AddMetadata(name, value);
  if (token) context.AddMetadata("authorization", absl::StrCat("Bearer ", token()));
}

absl::Duration PauseAfter(int tries, absl::Duration longest) {
  thread_local absl::BitGen random;
  const absl::Duration pause =
      std::min(absl::Milliseconds(100) * (1 << std::clamp(tries, 0, 20)), longest);
  return pause * absl::Uniform(random, 0.5, 1.0);
}

}  // namespace kyc_gateway
