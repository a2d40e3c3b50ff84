#include "server/events/postgres/schema.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/crypto/mac.h"
#include "server/events/postgres/clock_note.h"
#include "server/events/postgres/log_row.h"

namespace kyc::events::postgres {
namespace {

// A step may build an index.
constexpr absl::Duration kStepLimit = absl::Minutes(10);
constexpr absl::Duration kTripLimit = absl::Seconds(5);
// Another process that makes the tables at the same time is waited for so often.
constexpr int kTries = 20;
constexpr size_t kLogIdBytes = 16;

absl::Status Refused(absl::string_view why) {
  return absl::FailedPreconditionError(absl::StrCat("The event log's database ", why));
}

absl::StatusOr<std::vector<Rows>> Run(Connection& connection, Trip trip) {
  return connection.Run(trip, kTripLimit);
}

// 0: there are no tables.
absl::StatusOr<int> VersionOf(Connection& connection) {
  Trip look;
  // Not by to_regclass: who waited for another process may go by what it knew before.
  look.Add(
      std::string("SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'kyc' AND tablename = "
                  "'schema_version')"));
  absl::StatusOr<std::vector<Rows>> answers = Run(connection, std::move(look));
  if (!answers.ok()) return answers.status();
  if (answers->front().Integer(0, 0) == 0) return 0;
  Trip read;
  read.Add(std::string("SELECT version FROM kyc.schema_version"));
  answers = Run(connection, std::move(read));
  if (SqlStateOf(answers.status()) == "42501") {
    return Refused("has tables that this role may not read: grant it its rights by roles.sql");
  }
  if (!answers.ok()) return answers.status();
  if (answers->front().size() == 0) return 0;
  return static_cast<int>(answers->front().Integer(0, 0));
}

// Adds a step's statements: each ends with a semicolon at the end of a line.
void AddStep(const std::string& step, Trip& trip) {
  for (absl::string_view statement : absl::StrSplit(step, ";\n")) {
    std::string text;
    for (absl::string_view line : absl::StrSplit(statement, '\n')) {
      if (!absl::StartsWith(line, "--")) absl::StrAppend(&text, line, "\n");
    }
    if (!absl::StripAsciiWhitespace(text).empty()) trip.Add(std::move(text));
  }
}

absl::Status Commit(Connection& connection) {
  Trip trip;
  trip.Add(std::string("COMMIT"));
  return Run(connection, std::move(trip)).status();
}

// Another process did the same a moment before, in an engine whose advisory locks hold nobody up.
bool WasFirst(const absl::Status& status) {
  const std::string state = SqlStateOf(status);
  return state == "42P06" || state == "42P07" || state == "42710" || state == "23505";
}

LogOrigin NewLog(const LogKeys& keys) {
  LogOrigin origin;
  origin.log_id = crypto::RandomBytes(kLogIdBytes);
  origin.key_check = LookupDigest(keys.check, origin.log_id);
  return origin;
}

// False: another process has made them meanwhile.
absl::StatusOr<bool> MakeTables(Connection& connection, const LogOrigin& origin, bool imported,
                                const std::vector<std::string>& steps) {
  if (absl::Status alone = BeginAlone(connection); !alone.ok()) return alone;
  const absl::StatusOr<int> version = VersionOf(connection);
  if (!version.ok()) return version.status();
  if (*version != 0) {
    if (absl::Status ended = Commit(connection); !ended.ok()) return ended;
    return false;
  }
  Trip trip;
  trip.Add(std::string("CREATE SCHEMA IF NOT EXISTS kyc"));
  for (const std::string& step : steps) AddStep(step, trip);
  trip.Add("INSERT INTO schema_version VALUES (1, $1::bigint)",
           {Value::Integer(static_cast<int64_t>(steps.size()))})
      .Add(
          "INSERT INTO log VALUES (1, $1::bytea, $2::bytea, $3::bigint + 1, $4::bytea, $5::bigint, "
          "$3::bigint, $4::bytea, $5::bigint, 0, 1)",
          {Value::Bytes(origin.log_id), Value::Bytes(origin.key_check),
           Value::Integer(origin.trimmed.sequence), Value::Bytes(origin.trimmed.chain),
           Value::Integer(origin.trimmed.received_time_us)});
  if (imported) trip.Add(std::string("INSERT INTO import VALUES (1)"));
  trip.Add(std::string("COMMIT"));
  absl::Status made = connection.Run(trip, kStepLimit).status();
  if (!made.ok()) return made;
  return true;
}

// As MakeTables.
absl::StatusOr<bool> Migrate(Connection& connection, const std::vector<std::string>& steps,
                             int from) {
  if (absl::Status alone = BeginAlone(connection); !alone.ok()) return alone;
  Trip lock;
  lock.Add(std::string("SELECT version FROM schema_version FOR UPDATE"));
  const absl::StatusOr<std::vector<Rows>> locked = connection.Run(lock, kStepLimit);
  if (!locked.ok()) return locked.status();
  if (locked->back().Integer(0, 0) != from) {
    if (absl::Status ended = Commit(connection); !ended.ok()) return ended;
    return false;
  }
  Trip trip;
  for (size_t step = static_cast<size_t>(from); step < steps.size(); ++step) {
    AddStep(steps[step], trip);
  }
  trip.Add("UPDATE schema_version SET version = $1::bigint",
           {Value::Integer(static_cast<int64_t>(steps.size()))})
      .Add(std::string("COMMIT"));
  absl::Status migrated = connection.Run(trip, kStepLimit).status();
  if (!migrated.ok()) return migrated;
  return true;
}

struct Partitions {
  int64_t end = 0;    // Of the last one: the first sequence of the next.
  int64_t ahead = 0;  // How many begin beyond the log's newest event, once there is room for one.
};

absl::StatusOr<Partitions> PartitionsThere(Connection& connection) {
  Trip look;
  look.Add(kReadLogRow)
      .Add(std::string("SELECT coalesce(max(end_sequence), "
                       "(SELECT trimmed_sequence + 1 FROM log)), "
                       "count(*) FILTER (WHERE first_sequence > (SELECT next_sequence FROM log)) "
                       "FROM event_partition"));
  const absl::StatusOr<std::vector<Rows>> answers = Run(connection, std::move(look));
  if (!answers.ok()) return answers.status();
  const int64_t end = (*answers)[1].Integer(0, 0);
  const bool has_room = end > LogRowIn((*answers)[0]).newest.sequence + 1;
  return Partitions{end, has_room ? (*answers)[1].Integer(0, 1) : -1};
}

// Made apart and then attached, so that appends and reads go on. The CHECK spares a scan.
void AddPartition(int64_t first, int64_t events, Trip& trip) {
  const int64_t end = first + events;
  const std::string name = absl::StrCat("event_", first);
  trip.Add("INSERT INTO event_partition VALUES ($1::bigint, $2::bigint)",
           {Value::Integer(first), Value::Integer(end)})
      .Add(absl::StrCat("CREATE TABLE ", name, " (LIKE event INCLUDING ALL, CHECK (sequence >= ",
                        first, " AND sequence < ", end, "))"))
      .Add(absl::StrCat("ALTER TABLE event ATTACH PARTITION ", name, " FOR VALUES FROM (", first,
                        ") TO (", end, ")"));
}

}  // namespace

absl::Status BeginAlone(Connection& connection) {
  Trip trip;
  trip.Add(std::string("BEGIN ISOLATION LEVEL READ COMMITTED"))
      .Add(std::string("SET LOCAL statement_timeout = 0"))
      .Add(std::string("SET LOCAL lock_timeout = '4s'"))
      .Add(std::string("SELECT pg_advisory_xact_lock(hashtextextended('kyc tables', 0))"))
      .Add(std::string("SET LOCAL lock_timeout = '1s'"));
  return Run(connection, std::move(trip)).status();
}

absl::StatusOr<Schema> PrepareSchema(Connection& connection, const LogKeys& keys,
                                     const SchemaOptions& options,
                                     const std::vector<std::string>& steps) {
  const auto newest = static_cast<int>(steps.size());
  const absl::StatusOr<int> version = VersionOf(connection);
  if (!version.ok()) return version.status();
  if (*version > newest) {
    return Refused(absl::StrCat("was written by a newer version (schema ", *version,
                                ", this one knows ", newest, "); run that version"));
  }
  if (*version < newest) {
    const absl::StatusOr<bool> made =
        *version == 0 ? MakeTables(connection, options.import_of.value_or(NewLog(keys)),
                                   options.import_of.has_value(), steps)
                      : Migrate(connection, steps, *version);
    if (SqlStateOf(made.status()) == "42501") {
      return Refused(absl::StrCat("has schema ", *version, ", and this role may not bring it to ",
                                  newest, ": start a process with the owner's role first"));
    }
    if (WasFirst(made.status())) return Unreachable("another process makes its tables");
    if (!made.ok()) return made.status();
    if (!*made) return PrepareSchema(connection, keys, options, steps);
    if (options.say != nullptr) {
      options.say(absl::StrCat("event log's schema brought from ", *version, " to ", newest));
    }
  }
  Trip trip;
  trip.Add(kReadLogRow)
      .Add(std::string("SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class "
                       "WHERE oid = 'kyc.log'::regclass"))
      .Add(std::string("SELECT count(*) FROM import"));
  const absl::StatusOr<std::vector<Rows>> answers = Run(connection, std::move(trip));
  if (!answers.ok()) return answers.status();
  const LogRow row = LogRowIn(answers->front());
  if (row.key_check != LookupDigest(keys.check, row.log_id)) {
    return Refused("was written with another look-up key; that key can never change");
  }
  if ((*answers)[2].Integer(0, 0) != 0 && !options.import_of.has_value()) {
    return Refused("is being filled by an import that has not ended: run that again");
  }
  Schema schema{row.log_id, (*answers)[1].Integer(0, 0) != 0, {}, absl::nullopt};
  if (!schema.is_owner) return schema;
  absl::Status added = AddPartitions(connection, options.events_per_partition, 2);
  if (!added.ok()) return added;
  absl::StatusOr<absl::optional<ClockNote>> noted = ReadClockNote(connection, kTripLimit);
  if (!noted.ok()) return noted.status();
  schema.clock_note = *std::move(noted);
  return schema;
}

absl::Status AddPartitions(Connection& connection, int64_t events_per_partition, int ahead) {
  for (int tries = 0; tries < kTries; ++tries) {
    absl::StatusOr<Partitions> there = PartitionsThere(connection);
    if (!there.ok()) return there.status();
    if (there->ahead >= ahead) return absl::OkStatus();
    // Another process may be about to do the same.
    if (absl::Status alone = BeginAlone(connection); !alone.ok()) return alone;
    there = PartitionsThere(connection);
    if (!there.ok()) return there.status();
    Trip add;
    if (there->ahead < ahead) AddPartition(there->end, events_per_partition, add);
    add.Add(std::string("COMMIT"));
    if (absl::Status added = connection.Run(add, kTripLimit).status(); !added.ok()) return added;
  }
  return absl::OkStatus();
}

}  // namespace kyc::events::postgres
