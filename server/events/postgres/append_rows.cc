#include "server/events/postgres/append_rows.h"

#include <string>
#include <vector>

#include "server/events/postgres/event_rows.h"
#include "server/events/postgres/log_row.h"

namespace kyc::events::postgres {
namespace {

constexpr Statement kUpsertReferences = {
    "upsert_references",
    "INSERT INTO reference (reference_digest, account_digest, sequence, revision, status, "
    "content_digest, updated_time_us) SELECT * FROM unnest($1::bytea[], $2::bytea[], "
    "$3::bigint[], $4::bigint[], $5::bigint[], $6::bytea[], $7::bigint[]) "
    "ON CONFLICT (reference_digest, account_digest) DO UPDATE SET sequence = EXCLUDED.sequence, "
    "revision = EXCLUDED.revision, status = EXCLUDED.status, "
    "content_digest = EXCLUDED.content_digest, updated_time_us = EXCLUDED.updated_time_us"};

constexpr Statement kMoveHead = {
    "move_head",
    "UPDATE log SET next_sequence = $1::bigint, chain = $2::bytea, newest_time_us = $3::bigint"};

// A notification's body has at most 64 KiB, and its fields are of it.
constexpr size_t kRehearsedBytes = 256 << 10;

}  // namespace

void AddRows(const Plan& plan, Trip& trip) {
  trip.Add(kInsertEvents, EventValues(plan)).Add(kUpsertReferences, ReferenceValues(plan));
  trip.Add(kMoveHead, {Value::Integer(plan.newest.sequence + 1), Value::Bytes(plan.newest.chain),
                       Value::Integer(plan.newest.received_time_us)});
}

absl::Status Rehearse(Connection& connection, const LogIdentity& log, absl::Duration limit) {
  Trip lock;
  lock.Add(kBegin).Add(kLockLogRow);
  const absl::StatusOr<std::vector<Rows>> locked = connection.Run(lock, limit);
  if (!locked.ok()) return locked.status();
  ::netzme::v1::UpgradeEvent large;
  large.set_raw_body(std::string(kRehearsedBytes, ' '));
  const std::vector<PreparedEvent> events = {Prepare(large, log)};
  Trip rehearsed;
  AddRows(Judge(events, LogRowIn(locked->back()).newest, {}, {}, absl::UnixEpoch()), rehearsed);
  return connection.Run(rehearsed.Add(kRollback), limit).status();
}

}  // namespace kyc::events::postgres
