#include <gtest/gtest.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/events/postgres/postgres_log.h"
#include "server/events/postgres/testing/postgres_servers.h"
#include "server/events/postgres/testing/postgres_testing.h"
#include "server/events/testing/engine.h"

namespace kyc::events {
namespace {

using postgres::PostgresLog;
using postgres::PostgresLogOptions;
using postgres::PostgresServers;

// One server for all tests of a process; each log has a database of its own.
PostgresServers* servers = nullptr;

class StopServers : public testing::Environment {
 public:
  void TearDown() override {
    delete servers;
    servers = nullptr;
  }
};

PostgresServers& Servers() {
  if (servers == nullptr) {
    servers = new PostgresServers(0);
    testing::AddGlobalTestEnvironment(new StopServers());
  }
  return *servers;
}

class PostgresEngine final : public Engine {
 public:
  explicit PostgresEngine(const std::string& like = "template1") {
    Servers().Sql(0, absl::StrCat("CREATE DATABASE ", database_, " TEMPLATE ", like));
  }

  absl::StatusOr<OpenedEngine> Open(const EngineOptions& from, Metrics& metrics) override {
    PostgresLogOptions options = postgres::OptionsOver(Servers(), metrics);
    options.dsn =
        absl::StrReplaceAll(options.dsn, {{"dbname=postgres", absl::StrCat("dbname=", database_)}});
    options.writer.max_waiting = from.max_waiting;
    if (!from.sealing_keys.empty()) options.sealing_keys = from.sealing_keys;
    if (!from.lookup_key.empty()) options.lookup_key = from.lookup_key;
    options.writer.clocks = from.clocks;
    options.writer.before_commit = from.before_commit;
    options.writer.quarantine = from.quarantine;
    options.keeper.clocks = from.clocks;
    options.keeper.boot_id = from.boot_id;
    options.keeper.retention = from.retention;
    options.keeper.key_retention = from.key_retention;
    options.keeper.trim_interval = from.trim_interval;
    options.keeper.trim_notice = from.trim_notice;
    options.keeper.events_per_partition = from.events_removed_together;
    if (from.log != nullptr) options.log = from.log;
    absl::StatusOr<std::unique_ptr<PostgresLog>> log = PostgresLog::Open(std::move(options));
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
    Servers().Sql(0,
                  absl::StrReplaceAll(sql, {{" event ", " kyc.event "},
                                            {" audit ", " kyc.audit "},
                                            {" away ", " kyc.away "},
                                            {" usage ", " kyc.usage "}}),
                  database_);
    return absl::OkStatus();
  }

  absl::Status SetSchema(int version) override {
    return Tamper(absl::StrCat("UPDATE kyc.schema_version SET version = ", version));
  }

  std::unique_ptr<Engine> Copy() override { return std::make_unique<PostgresEngine>(database_); }

  std::string Stored() override {
    Servers().Sql(0, "CHECKPOINT");
    return Servers().Stored(0);
  }

 private:
  static std::string NewName() {
    static int count = 0;
    return absl::StrCat("log_", ++count);
  }

  const std::string database_ = NewName();
};

}  // namespace

std::unique_ptr<Engine> NewEngine() { return std::make_unique<PostgresEngine>(); }

}  // namespace kyc::events
