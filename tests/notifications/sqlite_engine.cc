#include "tests/notifications/log_engine.h"
#include "tests/support/gateway_files.h"

namespace kyc::tests {
namespace {

class SqliteEngine final : public LogEngine {
 public:
  std::string Block() const override { return GatewayOptions().log_engine; }
};

}  // namespace

std::unique_ptr<LogEngine> StartLogEngine() { return std::make_unique<SqliteEngine>(); }

}  // namespace kyc::tests
