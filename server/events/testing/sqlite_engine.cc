#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
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
    if (!from.sealing_keys.empty()) options.sealing_keys = from.sealing_keys;
    if (!from.lookup_key.empty()) options.lookup_key = from.lookup_key;
    options.writer.max_waiting = from.max_waiting;
    options.writer.clock = from.clocks;
    options.writer.boot_id = from.boot_id;
    options.writer.retention = from.retention;
    options.writer.before_commit = from.before_commit;
    options.writer.quarantine = from.quarantine;
    options.writer.key_retention = from.key_retention;
    options.writer.trim_interval = from.trim_interval;
    options.writer.trim_notice = from.trim_notice;
    options.writer.log = from.log;
    absl::StatusOr<std::unique_ptr<SqliteLog>> log = SqliteLog::Open(std::move(options));
    if (!log.ok()) return log.status();
    OpenedEngine opened;
    opened.quarantine = log->get();
    opened.call_keys = log->get();
    opened.audit = log->get();
    opened.usage = log->get();
    opened.log = *std::move(log);
    return opened;
  }

  absl::Status Tamper(const std::string& sql) override {
    absl::StatusOr<Database> database = Database::Open(path_, Database::Use::kWrite);
    if (!database.ok()) return database.status();
    return database->Execute(sql.c_str());
  }

  absl::Status SetSchema(int version) override {
    return Tamper(absl::StrCat("PRAGMA user_version = ", version));
  }

  std::unique_ptr<Engine> Copy() override {
    auto copy = std::make_unique<SqliteEngine>();
    std::filesystem::copy_file(path_, copy->path_);
    return copy;
  }

  std::string Stored() override { return Contents(path_) + Contents(path_ + "-wal"); }

 private:
  const std::string path_ = NewPath();
};

}  // namespace

std::unique_ptr<Engine> NewEngine() { return std::make_unique<SqliteEngine>(); }

}  // namespace kyc::events
