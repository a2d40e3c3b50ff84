// The composition: makes every part in order, and is the only one that knows them all.
#ifndef SERVER_GATEWAY_H_
#define SERVER_GATEWAY_H_

#include <spdlog/logger.h>

#include <memory>

#include "absl/status/statusor.h"
#include "server/config/reloader.h"
#include "server/config/settings.h"

namespace kyc {

// A running gateway. Made, drained and destroyed by one thread, main's.
class Gateway {
 public:
  // Opens the event log and the listeners that the configuration asks for, and serves. An error is
  // one line for the operator.
  static absl::StatusOr<std::unique_ptr<Gateway>> Start(const config::Settings& settings,
                                                        std::shared_ptr<spdlog::logger> log);
  virtual ~Gateway() = default;

  // Takes over the callers and the accounts' secrets for calls that start from now on, or nothing,
  // as `change` says; running calls keep theirs. Logs and counts it. Not after Drain.
  virtual void Reload(const config::Change& change) = 0;

  // Takes nothing new, lets what runs finish within settings.drain_timeout, ends the rest. Blocks.
  virtual void Drain() = 0;
};

}  // namespace kyc

#endif  // SERVER_GATEWAY_H_
