// What all transfers to one upstream have in common, as libcurl's options.
#ifndef SERVER_UPSTREAM_TRANSFER_OPTIONS_H_
#define SERVER_UPSTREAM_TRANSFER_OPTIONS_H_

#include <curl/curl.h>

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/config/settings.h"

namespace kyc::upstream {

struct TransferOptions {
  absl::Duration attempt_timeout = absl::Seconds(20);
  absl::Duration connect_timeout = absl::Seconds(2);
  // How long a connection may have been idle, and how old it may be at all, to be used again. In
  // whole seconds.
  absl::Duration idle_connection_age = absl::Seconds(30);
  absl::Duration connection_age = absl::Minutes(5);
  int64_t max_reply_bytes = 1 << 20;
  std::string ca_file = {};  // Empty: the system's authorities.
  absl::optional<config::Proxy> proxy = {};
};

// Sets them on a handle that was reset. The handle keeps copies.
void SetTransport(CURL* easy, const TransferOptions& options);

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_TRANSFER_OPTIONS_H_
