#include "tests/notifications/log_engine.h"

namespace kyc::tests {
namespace {

class SqliteEngine final : public LogEngine {
 public:
  std::string Block() const override {
    return R"(sqlite { path: "events.db" backup_folder: "." })";
  }
  int gateways() const override { return 1; }
};

}  // namespace

std::unique_ptr<LogEngine> StartLogEngine(EngineSays) { return std::make_unique<SqliteEngine>(); }

}  // namespace kyc::tests
