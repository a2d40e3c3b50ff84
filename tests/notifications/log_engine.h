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
  // How many gateways may use it at once.
  virtual int gateways() const = 0;
  // All that its servers hold on disk now and ever told their operators.
  virtual std::string Stored() const { return ""; }
};

enum class EngineSays {
  kLittle,
  kAll,  // Each statement with its values, and each message.
};

std::unique_ptr<LogEngine> StartLogEngine(EngineSays says = EngineSays::kLittle);

}  // namespace kyc::tests

#endif  // TESTS_NOTIFICATIONS_LOG_ENGINE_H_
