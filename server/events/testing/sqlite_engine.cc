#include <utility>

#include "server/events/sqlite/sqlite.h"
#include "server/events/sqlite/sqlite_log.h"
#include "server/events/testing/engine.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events {
namespace {

class SqliteEngine final : public Engine {
 public:
  absl::StatusOr<OpenedEngine> Open(const EngineOptions& from, Metrics& metrics) override {
    SqliteLogOptions options = OptionsAt(path_, metrics);
    options.writer.max_waiting = from.max_waiting;
    options.writer.clock = [clock = from.clock] { return RightClocksAt(clock()); };
    options.writer.before_commit = from.before_commit;
    options.writer.quarantine = from.quarantine;
    options.writer.trim_interval = from.trim_interval;
    options.writer.log = from.log;
    absl::StatusOr<std::unique_ptr<SqliteLog>> log = SqliteLog::Open(std::move(options));
    if (!log.ok()) return log.status();
    OpenedEngine opened;
    opened.quarantine = log->get();
    opened.log = *std::move(log);
    return opened;
  }

  absl::Status Tamper(const std::string& sql) override {
    absl::StatusOr<Database> database = Database::Open(path_, Database::Use::kWrite);
    if (!database.ok()) return database.status();
    return database->Execute(sql.c_str());
  }

 private:
  const std::string path_ = NewPath();
};

}  // namespace

std::unique_ptr<Engine> NewEngine() { return std::make_unique<SqliteEngine>(); }

}  // namespace kyc::events
