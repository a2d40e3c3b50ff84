// The engine of the event log that an end-to-end suite is linked with.
#ifndef TESTS_NOTIFICATIONS_LOG_ENGINE_H_
#define TESTS_NOTIFICATIONS_LOG_ENGINE_H_

#include <memory>
#include <string>

namespace kyc::tests {

// What the log's engine needs beside the gateway, until this is gone.
class LogEngine {
 public:
  virtual ~LogEngine() = default;
  // For GatewayOptions.
  virtual std::string Block() const = 0;
};

std::unique_ptr<LogEngine> StartLogEngine();

}  // namespace kyc::tests

#endif  // TESTS_NOTIFICATIONS_LOG_ENGINE_H_
