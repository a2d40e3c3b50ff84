#include "server/events/postgres/import.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/types/optional.h"
#include "server/events/chain_check.h"
#include "server/events/event_row.h"
#include "server/events/log_keys.h"
#include "server/events/place.h"
#include "server/events/postgres/event_rows.h"
#include "server/events/postgres/import_source.h"
#include "server/events/postgres/log_context.h"
#include "server/events/postgres/log_row.h"
#include "server/events/postgres/schema.h"
#include "server/events/sqlite/places.h"

namespace kyc::events::postgres {
namespace {

constexpr absl::Duration kTripLimit = absl::Minutes(10);
// Rows of one statement.
constexpr int kRowsPerStatement = 1'000;
constexpr int kPartitionsAhead = 2;

absl::Status Refused(absl::string_view why) {
  return absl::FailedPreconditionError(absl::StrCat("The import cannot be made: ", why));
}

// One import on its way.
class Importing {
 public:
  Importing(const ImportOptions& options, ImportSource source, Connection& target)
      : options_(options), source_(std::move(source)), target_(target) {}

  absl::Status Run() {
    if (absl::Status begun = Begin(); !begun.ok()) return begun;
    if (absl::Status copied = CopyEvents(); !copied.ok()) return copied;
    if (absl::Status rest = CopyTheRest(); !rest.ok()) return rest;
    if (absl::Status verified = Verify(); !verified.ok()) return verified;
    return End();
  }

 private:
  absl::StatusOr<std::vector<Rows>> Ask(Trip trip) { return target_.Run(trip, kTripLimit); }

  // Makes the tables as the source's log's, or finds what an earlier attempt left.
  absl::Status Begin() {
    SchemaOptions schema;
    schema.events_per_partition = options_.events_per_partition;
    schema.say = options_.say;
    schema.import_of = source_.origin();
    absl::StatusOr<Schema> prepared = PrepareSchema(target_, LogKeys(options_.lookup_key), schema);
    if (!prepared.ok()) return prepared.status();
    if (!prepared->is_owner) return Refused("this role does not own the tables");
    Trip trip;
    trip.Add(kReadLogRow).Add(std::string("SELECT count(*) FROM import"));
    const absl::StatusOr<std::vector<Rows>> answers = Ask(std::move(trip));
    if (!answers.ok()) return answers.status();
    const LogRow row = LogRowIn(answers->front());
    if (row.log_id != source_.origin().log_id) return Refused("the database holds another log");
    if (answers->back().Integer(0, 0) == 0) {
      return Refused("the database's log is in use: it was made, or imported, before");
    }
    copied_ = row.newest;
    const absl::StatusOr<Place> there = source_.At(copied_.sequence);
    if (!there.ok()) return there.status();
    if (there->chain != copied_.chain) return Refused("what was copied before is not of this log");
    return absl::OkStatus();
  }

  absl::Status CopyEvents() {
    ChainCheck chain(copied_);
    while (copied_.sequence < source_.newest().sequence) {
      if (absl::Status told = Tell(); !told.ok()) return told;
      if (absl::Status step = CopyStep(chain); !step.ok()) return step;
    }
    return absl::OkStatus();
  }

  // One transaction: events, and the head behind them.
  absl::Status CopyStep(ChainCheck& chain) {
    absl::Status room = AddPartitions(target_, options_.events_per_partition, kPartitionsAhead);
    if (!room.ok()) return room;
    Trip trip;
    trip.Add(std::string("BEGIN ISOLATION LEVEL READ COMMITTED")).Add(kLockLogRow);
    Place newest = copied_;
    for (int rows = 0; rows < options_.step; rows += kRowsPerStatement) {
      const int limit = std::min(kRowsPerStatement, options_.step - rows);
      absl::StatusOr<ImportedEvents> events = source_.EventsAfter(newest, limit, chain);
      if (!events.ok()) return events.status();
      if (events->count == 0) break;
      newest = events->last;
      trip.Add(kInsertEvents, std::move(events->values));
    }
    trip.Add(
            "UPDATE log SET next_sequence = $1::bigint, chain = $2::bytea, newest_time_us = "
            "$3::bigint WHERE next_sequence = $4::bigint",
            {Value::Integer(newest.sequence + 1), Value::Bytes(newest.chain),
             Value::Integer(newest.received_time_us), Value::Integer(copied_.sequence + 1)})
        .Add(std::string("COMMIT"));
    const absl::StatusOr<std::vector<Rows>> answers = Ask(std::move(trip));
    if (!answers.ok()) return answers.status();
    if ((*answers)[answers->size() - 2].affected() != 1) {
      return Refused("somebody else writes to the database's log");
    }
    copied_ = newest;
    return absl::OkStatus();
  }

  absl::Status Tell() {
    const absl::Time now = absl::Now();
    if (options_.say == nullptr || now < tell_at_) return absl::OkStatus();
    tell_at_ = now + options_.say_interval;
    const int64_t first = source_.origin().trimmed.sequence;
    const int64_t all = std::max<int64_t>(1, source_.newest().sequence - first);
    options_.say(absl::StrCat("imported ", copied_.sequence - first, " of ", all, " events, ",
                              (copied_.sequence - first) * 100 / all, " %"));
    return absl::OkStatus();
  }

  // References, keys, quarantine: each step may be made twice.
  absl::Status CopyTheRest() {
    Trip references;
    references.Add(
        std::string("INSERT INTO reference SELECT DISTINCT ON (reference_digest, account_digest) "
                    "reference_digest, account_digest, sequence, revision, status, content_digest, "
                    "received_time_us, restricted FROM event ORDER BY reference_digest, "
                    "account_digest, sequence DESC "
                    "ON CONFLICT DO NOTHING"));
    if (absl::Status made = Ask(std::move(references)).status(); !made.ok()) return made;
    return source_.CopyTables([this](Trip trip) { return Ask(std::move(trip)).status(); });
  }

  // Reads all that was copied again, from there.
  absl::Status Verify() {
    if (options_.say != nullptr) options_.say("all is copied; it is read again to be compared");
    Place at = source_.origin().trimmed;
    ChainCheck chain(at);
    while (at.sequence < source_.newest().sequence) {
      Trip trip;
      trip.Add(
          "SELECT sequence, event_id, received_time_us, content_digest, chain FROM event "
          "WHERE sequence > $1::bigint ORDER BY sequence LIMIT 10000",
          {Value::Integer(at.sequence)});
      const absl::StatusOr<std::vector<Rows>> answers = Ask(std::move(trip));
      if (!answers.ok()) return answers.status();
      const Rows& rows = answers->front();
      if (rows.size() == 0) return chain.EndsAt(source_.newest().sequence);
      for (int row = 0; row < rows.size(); ++row) {
        EventRow event;
        event.sequence = rows.Integer(row, 0);
        event.event_id = rows.Bytes(row, 1);
        event.received_time_us = rows.Integer(row, 2);
        event.content_digest = rows.Bytes(row, 3);
        event.chain = rows.Bytes(row, 4);
        if (absl::Status follows = chain.Follow(event); !follows.ok()) return follows;
        at = {event.sequence, std::string(event.chain), event.received_time_us};
      }
    }
    if (at.chain != source_.newest().chain) return Refused("the copy ends in another chain");
    return absl::OkStatus();
  }

  // From here on gateways may use it; it is proven to be kept as what they acknowledge.
  absl::Status End() {
    const Proof proof(options_.durability);
    Trip trip;
    trip.Add(std::string("DELETE FROM import"));
    proof.Ask(trip);
    const absl::StatusOr<std::vector<Rows>> answers = Ask(std::move(trip));
    if (!answers.ok()) return answers.status();
    const absl::StatusOr<Proven> proven = proof.Await(answers->back(), target_, kTripLimit);
    if (!proven.ok()) return proven.status();
    if (options_.say != nullptr) {
      options_.say(absl::StrCat("imported: events ", source_.origin().trimmed.sequence + 1, " to ",
                                source_.newest().sequence, ", compared and proven to be kept"));
    }
    return absl::OkStatus();
  }

  const ImportOptions& options_;
  ImportSource source_;
  Connection& target_;
  Place copied_;
  absl::Time tell_at_ = absl::InfinitePast();
};

}  // namespace

absl::Status Import(const ImportOptions& options) {
  absl::StatusOr<ImportSource> source = ImportSource::Open(options.sqlite_path, options.lookup_key);
  if (!source.ok()) return source.status();
  const Servers servers(options.servers);
  const absl::StatusOr<Primary> primary = servers.Connect("kyc-gateway import", KeeperSettings());
  if (!primary.ok()) return primary.status();
  return Importing(options, *std::move(source), *primary->connection).Run();
}

}  // namespace kyc::events::postgres
