// A collector of spans.
#ifndef SERVER_TRACING_COLLECTOR_H_
#define SERVER_TRACING_COLLECTOR_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/upstream/curl_handle.h"

namespace kyc::tracing {

// One connection that is kept, used by one thread.
class Collector {
 public:
  // How long a request may take in all.
  static constexpr absl::Duration kPatience = absl::Seconds(2);

  // `url` of its traces; an empty `ca_file`: the system's authorities.
  Collector(std::string url, std::string ca_file);

  // Blocks. UNAVAILABLE, in words, if it was not answered 2xx.
  absl::Status Post(const std::string& json);

 private:
  const std::string url_;
  const std::string ca_file_;
  upstream::EasyHandle easy_;
};

}  // namespace kyc::tracing

#endif  // SERVER_TRACING_COLLECTOR_H_
