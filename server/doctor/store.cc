#include "server/doctor/store.h"

#include <sys/stat.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/event_log_options.h"
#include "server/events/log_keys.h"
#include "server/events/postgres/host_settings.h"
#include "server/events/postgres/servers.h"
#include "server/events/sqlite/schema.h"
#include "server/events/sqlite/sqlite.h"

namespace kyc::doctor {
namespace {

namespace postgres = events::postgres;

constexpr char kCheck[] = "store";
constexpr absl::Duration kLongestRead = absl::Seconds(5);
constexpr unsigned kOthers = 0077;

absl::Status Read(const config::EventLog& log, LogFileFacts& facts) {
  auto sealer = crypto::Sealer::Make(SealingKeysOf(log));
  if (!sealer.ok()) return sealer.status();
  auto database = events::Database::Open(log.sqlite_path, events::Database::Use::kRead);
  if (!database.ok()) return database.status();
  database->LimitTime(kLongestRead);
  const auto schema = events::CheckSchema(*database, events::LogKeys(log.lookup_key), *sealer);
  if (!schema.ok()) return events::AdviseOnDamage(schema.status());
  facts.schema = schema->value_or(facts.newest_schema);
  if (!schema->has_value() || facts.schema < facts.newest_schema) return absl::OkStatus();
  auto checked = events::CheckIntegrity(*database);
  if (!checked.ok()) return events::AdviseOnDamage(checked.status());
  facts.checked = *std::move(checked);
  return absl::OkStatus();
}

LogFileFacts FactsOf(const config::EventLog& log) {
  LogFileFacts facts;
  struct stat file {};
  if (stat(log.sqlite_path.c_str(), &file) != 0) return facts;
  facts.there = true;
  facts.mode = file.st_mode & 07777;
  facts.newest_schema = events::kSchemaVersion;
  facts.opened = Read(log, facts);
  return facts;
}

std::vector<Finding> PostgresFindings(const config::Postgres& from) {
  const auto hosts = postgres::HostsOf(from.dsn);
  if (!hosts.ok()) {
    return {Mend(kCheck, "event_log.postgres.dsn", Whose::kConfiguration,
                 std::string(hosts.status().message()), "see server/configuration.md")};
  }
  postgres::ServersOptions options;
  options.hosts = *hosts;
  options.password = from.password;
  std::vector<std::string> names;
  for (const postgres::Keywords& host : *hosts) names.push_back(postgres::HostName(host));
  const auto settings = postgres::AskHosts(postgres::Servers(std::move(options)));
  std::vector<Finding> findings;
  for (const std::string& fault : postgres::FaultsOf(settings, names, DurabilityOf(from))) {
    findings.push_back(Mend(kCheck, "event_log.postgres", Whose::kOthers, fault,
                            "see server/README.md and tools/embedded/README.md"));
  }
  if (findings.empty()) {
    findings.push_back(Ok(kCheck, "event_log.postgres",
                          absl::StrCat("all of ", names.size(),
                                       " servers answer, and are set up for what is promised")));
  }
  return findings;
}

}  // namespace

Finding LogFileFinding(const std::string& path, const LogFileFacts& facts) {
  if (!facts.there) {
    return Ok(kCheck, "", absl::StrCat(path, " is not there yet: the first start makes it"));
  }
  if ((facts.mode & kOthers) != 0) {
    return Mend(kCheck, "", Whose::kMachine, absl::StrCat(path, " is open to other users"),
                absl::StrCat("chmod 600 ", path));
  }
  if (!facts.opened.ok()) {
    return Mend(kCheck, "", Whose::kMachine, absl::StrCat(path, ": ", facts.opened.message()),
                "server/README.md says how a backup is put back");
  }
  if (facts.schema < facts.newest_schema) {
    return Look(kCheck, "",
                absl::StrCat(path, " is of schema ", facts.schema, ", and the next start makes it ",
                             facts.newest_schema, ", which older versions do not read"),
                "back it up before: kyc-gateway --config FILE --backup COPY");
  }
  return Ok(kCheck, "", absl::StrCat(path, ", schema ", facts.schema, "; ", facts.checked));
}

std::vector<Finding> StoreFindings(const config::Settings& settings) {
  if (!settings.event_log.has_value()) return {};
  const config::EventLog& log = *settings.event_log;
  if (log.postgres.has_value()) return PostgresFindings(*log.postgres);
  return {LogFileFinding(log.sqlite_path, FactsOf(log))};
}

}  // namespace kyc::doctor
