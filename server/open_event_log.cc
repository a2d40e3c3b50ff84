#include "server/open_event_log.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/event_log_options.h"
#include "server/events/postgres/import.h"
#include "server/events/postgres/postgres_log.h"
#include "server/events/sqlite/backup.h"
#include "server/events/sqlite/sqlite_log.h"

namespace kyc {
namespace {

using events::postgres::PostgresLog;
using events::postgres::PostgresLogOptions;

events::QuarantineLimits LimitsOf(const config::Settings& settings) {
  const config::EventLog& from = *settings.event_log;
  events::QuarantineLimits limits;
  limits.max_entries = from.quarantine_max_entries;
  limits.max_bytes = from.quarantine_max_bytes;
  limits.max_age = from.quarantine_max_age;
  if (settings.webhook.has_value()) {
    for (const config::WebhookAccount& account : settings.webhook->accounts) {
      limits.accounts.push_back(account.name);
    }
  }
  return limits;
}

// Either engine.
template <typename Log>
absl::StatusOr<OpenedLog> Opened(absl::StatusOr<std::unique_ptr<Log>> log,
                                 absl::string_view field) {
  if (!log.ok()) {
    return absl::UnavailableError(
        absl::StrCat("cannot open the event log: ", log.status().message(), " (", field, ")"));
  }
  OpenedLog opened;
  opened.quarantine = log->get();
  opened.call_keys = log->get();
  opened.audit = log->get();
  opened.usage = log->get();
  opened.log = *std::move(log);
  return opened;
}

absl::StatusOr<OpenedLog> OpenSqlite(const config::Settings& settings, Metrics& metrics,
                                     std::function<void(absl::string_view)> say,
                                     std::function<void(absl::string_view)> log_line) {
  const config::EventLog& from = *settings.event_log;
  events::SqliteLogOptions options;
  options.path = from.sqlite_path;
  options.sealing_keys = SealingKeysOf(from);
  options.lookup_key = from.lookup_key;
  options.writer.retention = {from.retention_age, from.retention_count,
                              from.reference_retention_age, from.audit_retention_age,
                              from.usage_retention_age};
  options.writer.quarantine = LimitsOf(settings);
  if (settings.webhook.has_value()) options.writer.max_waiting = settings.webhook->max_waiting;
  options.writer.metrics = &metrics;
  options.writer.log = std::move(log_line);
  options.say = std::move(say);
  options.writer.key_retention = from.request_id_retention;
  auto opened = Opened(events::SqliteLog::Open(std::move(options)), "event_log.sqlite.path");
  if (!opened.ok()) return opened;
  opened->backup_folder = from.backup_folder;
  return opened;
}

absl::StatusOr<OpenedLog> OpenPostgres(const config::Settings& settings, Metrics& metrics,
                                       std::function<void(absl::string_view)> say,
                                       std::function<void(absl::string_view)> log_line) {
  const config::EventLog& from = *settings.event_log;
  const config::Postgres& postgres = *from.postgres;
  PostgresLogOptions options;
  options.dsn = postgres.dsn;
  options.password = postgres.password;
  options.durability = DurabilityOf(postgres);
  options.keeper_user = postgres.keeper_user;
  options.keeper_password = postgres.keeper_password;
  options.follows = settings.grpc.has_value();
  options.sealing_keys = SealingKeysOf(from);
  options.lookup_key = from.lookup_key;
  options.writer.quarantine = LimitsOf(settings);
  if (settings.webhook.has_value()) options.writer.max_waiting = settings.webhook->max_waiting;
  options.tail.poll_interval = postgres.poll_interval;
  options.keeper.retention = {from.retention_age, from.retention_count,
                              from.reference_retention_age, from.audit_retention_age,
                              from.usage_retention_age};
  options.keeper.key_retention = from.request_id_retention;
  options.metrics = &metrics;
  options.say = std::move(say);
  options.log = std::move(log_line);
  return Opened(PostgresLog::Open(std::move(options)), postgres.dsn);
}

}  // namespace

absl::StatusOr<OpenedLog> OpenEventLog(const config::Settings& settings, Metrics& metrics,
                                       std::function<void(absl::string_view)> say,
                                       std::function<void(absl::string_view)> log_line) {
  if (settings.event_log->postgres.has_value()) {
    return OpenPostgres(settings, metrics, std::move(say), std::move(log_line));
  }
  return OpenSqlite(settings, metrics, std::move(say), std::move(log_line));
}

absl::Status ImportEventLog(const config::Settings& settings, const std::string& sqlite_path,
                            std::function<void(absl::string_view)> say) {
  if (!settings.event_log.has_value() || !settings.event_log->postgres.has_value()) {
    return absl::FailedPreconditionError("the configuration has no event_log over postgres");
  }
  const config::Postgres& postgres = *settings.event_log->postgres;
  absl::StatusOr<std::vector<events::postgres::Keywords>> hosts =
      events::postgres::HostsOf(postgres.dsn);
  if (!hosts.ok()) return hosts.status();
  events::postgres::ImportOptions options;
  options.sqlite_path = sqlite_path;
  options.servers.hosts = *std::move(hosts);
  options.servers.password = postgres.password;
  if (!postgres.keeper_user.empty()) {
    for (auto& host : options.servers.hosts) host.emplace_back("user", postgres.keeper_user);
    options.servers.password = postgres.keeper_password;
  }
  options.durability = DurabilityOf(postgres);
  options.servers.has_timelines =
      options.durability.by != events::postgres::Durability::By::kEngine;
  options.lookup_key = settings.event_log->lookup_key;
  options.say = std::move(say);
  return events::postgres::Import(options);
}

absl::StatusOr<events::BackedUp> BackUpEventLog(const config::Settings& settings,
                                                const std::string& path) {
  if (!settings.event_log.has_value() || settings.event_log->sqlite_path.empty()) {
    return absl::FailedPreconditionError(
        "only an event_log over sqlite is backed up by --backup; PostgreSQL's servers by their own "
        "means, like pg_basebackup from a standby with the archive of the write-ahead log");
  }
  return events::BackUp(settings.event_log->sqlite_path, path);
}

}  // namespace kyc
