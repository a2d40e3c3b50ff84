// The TLS pairs of all listeners.
#ifndef SERVER_CERTIFICATES_H_
#define SERVER_CERTIFICATES_H_

#include <spdlog/logger.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "server/call/metrics.h"
#include "server/config/settings.h"
#include "server/operator_warnings.h"
#include "server/tls/watched_pair.h"

namespace kyc {

// Owned by the gateway, used by main's thread.
class Certificates {
 public:
  // `metrics` and `warnings` outlive it.
  Certificates(Metrics& metrics, OperatorWarnings& warnings, std::shared_ptr<spdlog::logger> log)
      : metrics_(metrics), warnings_(warnings), log_(std::move(log)) {}

  // The pair of a listener with TLS, which must be usable; null for one without. Others may keep
  // it for as long as they like.
  absl::StatusOr<std::shared_ptr<const tls::WatchedPair>> Open(const config::Listener& listener);

  // Looks at the files of all pairs, and says and counts what was found. Blocks while it reads.
  void Look();

 private:
  void TellLeft(const std::string& listener, absl::Duration left);

  Metrics& metrics_;
  OperatorWarnings& warnings_;
  const std::shared_ptr<spdlog::logger> log_;
  std::vector<std::shared_ptr<tls::WatchedPair>> pairs_;
};

}  // namespace kyc

#endif  // SERVER_CERTIFICATES_H_
