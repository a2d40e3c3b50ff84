#include "absl/strings/str_cat.h"
#include "server/events/postgres/testing/postgres_servers.h"
#include "tests/notifications/log_engine.h"

namespace kyc::tests {
namespace {

constexpr char kSayAll[] =
    "log_statement = 'all'\nlog_parameter_max_length = -1\n"
    "log_parameter_max_length_on_error = -1\nlog_min_messages = debug2\n"
    "log_min_error_statement = debug5\nlog_error_verbosity = verbose\n";

// A primary, and a standby that must have what is answered.
class PostgresEngine final : public LogEngine {
 public:
  explicit PostgresEngine(EngineSays says) : servers_(1, says == EngineSays::kAll ? kSayAll : "") {}

  std::string Block() const override {
    std::string names;
    for (const std::string& name : servers_.names()) {
      absl::StrAppend(&names, " standby_names: \"", name, "\"");
    }
    return absl::StrCat("postgres { dsn: \"", servers_.dsn(), "\"", names, " }");
  }
  int gateways() const override { return 2; }

  std::string Stored() const override { return servers_.Stored(0) + servers_.Stored(1); }

 private:
  events::postgres::PostgresServers servers_;
};

}  // namespace

std::unique_ptr<LogEngine> StartLogEngine(EngineSays says) {
  return std::make_unique<PostgresEngine>(says);
}

}  // namespace kyc::tests
