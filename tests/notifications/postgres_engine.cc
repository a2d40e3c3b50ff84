#include "absl/strings/str_cat.h"
#include "server/events/postgres/testing/postgres_servers.h"
#include "tests/notifications/log_engine.h"

namespace kyc::tests {
namespace {

// A primary, and a standby that must have what is answered.
class PostgresEngine final : public LogEngine {
 public:
  std::string Block() const override {
    std::string names;
    for (const std::string& name : servers_.names()) {
      absl::StrAppend(&names, " standby_names: \"", name, "\"");
    }
    return absl::StrCat("postgres { dsn: \"", servers_.dsn(), "\"", names, " }");
  }

 private:
  events::postgres::PostgresServers servers_{1};
};

}  // namespace

std::unique_ptr<LogEngine> StartLogEngine() { return std::make_unique<PostgresEngine>(); }

}  // namespace kyc::tests
