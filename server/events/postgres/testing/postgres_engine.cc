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
  PostgresEngine() { Servers().Sql(0, absl::StrCat("CREATE DATABASE ", database_)); }

  absl::StatusOr<OpenedEngine> Open(const EngineOptions& from, Metrics& metrics) override {
    PostgresLogOptions options = postgres::OptionsOver(Servers(), metrics);
    options.dsn =
        absl::StrReplaceAll(options.dsn, {{"dbname=postgres", absl::StrCat("dbname=", database_)}});
    options.writer.max_waiting = from.max_waiting;
    options.writer.clock = from.clock;
    options.writer.before_commit = from.before_commit;
    options.writer.quarantine = from.quarantine;
    options.keeper.clocks = [clock = from.clock] { return RightClocksAt(clock()); };
    options.keeper.trim_interval = from.trim_interval;
    if (from.log != nullptr) options.log = from.log;
    absl::StatusOr<std::unique_ptr<PostgresLog>> log = PostgresLog::Open(std::move(options));
    if (!log.ok()) return log.status();
    OpenedEngine opened;
    opened.quarantine = log->get();
    opened.log = *std::move(log);
    return opened;
  }

  absl::Status Tamper(const std::string& sql) override {
    Servers().Sql(0, absl::StrReplaceAll(sql, {{" event ", " kyc.event "}}), database_);
    return absl::OkStatus();
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
