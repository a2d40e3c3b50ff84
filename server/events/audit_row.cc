#include "server/events/audit_row.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/crypto/mac.h"
#include "server/events/big_endian.h"
#include "server/events/event_row.h"
#include "server/events/log_damage.h"
#include "server/events/log_keys.h"

namespace kyc::events {
namespace {

constexpr char kPurposeColumn[] = "audit_purpose";
constexpr int64_t kLookedAt = 10'000;

crypto::RecordSealer SealerOf(const LogIdentity& log, int64_t id) {
  return log.sealer.Of(absl::StrCat(log.log_id, "audit", BigEndian(static_cast<uint64_t>(id))));
}

// With its length before it, so that no two rows give the same bytes.
std::string Field(absl::string_view bytes) { return absl::StrCat(BigEndian(bytes.size()), bytes); }

std::string Field(int64_t number) { return BigEndian(static_cast<uint64_t>(number)); }

std::string DigestOf(absl::string_view kind, const std::string& value, const LogKeys& keys) {
  return value.empty() ? "" : LookupDigest(keys.audit, absl::StrCat(kind, value));
}

std::string ChainAfter(absl::string_view previous, const AuditRow& row, const LogKeys& keys) {
  return crypto::Hmac(
      keys.audit,
      absl::StrCat("chain ", Field(previous), Field(row.id), Field(row.time_us), Field(row.caller),
                   Field(row.act), Field(row.outcome), Field(row.source),
                   Field(row.reference_digest), Field(row.cust_id_digest),
                   Field(row.first_sequence), Field(row.last_sequence), Field(row.times),
                   Field(row.purpose_digest)));
}

absl::Status DoesNotFollow(const AuditRow& row) {
  return LogDamaged(absl::StrCat("entry ", row.id, " of the audit log does not follow"));
}

}  // namespace

std::string AuditReferenceDigest(const std::string& reference, const LogKeys& keys) {
  return DigestOf("reference ", reference, keys);
}

std::string AuditCustIdDigest(const std::string& cust_id, const LogKeys& keys) {
  return DigestOf("customer ", cust_id, keys);
}

AuditRow RowAfter(const AuditEnd& end, const AuditNote& note, absl::Time now,
                  const LogIdentity& log) {
  AuditRow row;
  row.id = end.id + 1;
  row.time_us = std::max(absl::ToUnixMicros(now), end.time_us);
  row.caller = note.caller;
  row.act = note.act;
  row.outcome = note.outcome;
  row.source = note.source;
  row.reference_digest = AuditReferenceDigest(note.reference, log.keys);
  row.cust_id_digest = AuditCustIdDigest(note.cust_id, log.keys);
  row.first_sequence = note.first_sequence;
  row.last_sequence = note.last_sequence;
  row.times = note.times;
  if (!note.purpose.empty()) {
    row.purpose_digest = DigestOf("purpose ", note.purpose, log.keys);
    row.sealed_purpose = SealerOf(log, row.id).Seal(note.purpose, kPurposeColumn);
  }
  row.chain = ChainAfter(end.chain, row, log.keys);
  return row;
}

absl::StatusOr<AuditEntry> EntryAfter(absl::string_view chain_before, const AuditRow& row,
                                      const LogIdentity& log) {
  if (row.chain != ChainAfter(chain_before, row, log.keys)) return DoesNotFollow(row);
  AuditEntry entry;
  entry.id = row.id;
  entry.time = absl::FromUnixMicros(row.time_us);
  entry.caller = row.caller;
  entry.act = row.act;
  entry.outcome = row.outcome;
  entry.source = row.source;
  entry.first_sequence = row.first_sequence;
  entry.last_sequence = row.last_sequence;
  entry.times = row.times;
  if (row.purpose_digest.empty()) return entry;
  absl::StatusOr<std::string> purpose =
      SealerOf(log, row.id).Open(row.sealed_purpose, kPurposeColumn);
  if (absl::IsFailedPrecondition(purpose.status())) {
    entry.purpose_gone = true;
    return entry;
  }
  if (!purpose.ok()) return CannotBeOpened(purpose.status());
  if (DigestOf("purpose ", *purpose, log.keys) != row.purpose_digest) return DoesNotFollow(row);
  entry.purpose = *std::move(purpose);
  return entry;
}

absl::StatusOr<std::string> SealPurposeAgain(int64_t id, absl::string_view sealed,
                                             const LogIdentity& log) {
  crypto::RecordSealer sealer = SealerOf(log, id);
  const absl::StatusOr<std::string> purpose = sealer.Open(sealed, kPurposeColumn);
  if (!purpose.ok()) return purpose.status();
  return sealer.Seal(*purpose, kPurposeColumn);
}

AuditWindow WindowThrough(int64_t newest_id) {
  return {std::max<int64_t>(newest_id - kLookedAt + 1, 1), newest_id + 1};
}

int64_t NextBelow(const std::vector<AuditEntry>& entries, const AuditQuery& query,
                  const AuditWindow& window, const AuditEnd& before) {
  const bool full = entries.size() >= static_cast<size_t>(query.limit);
  if (full && entries.back().id > window.low) return entries.back().id;
  if (before.id == 0 || before.time_us < AuditMicros(query.from)) return 0;
  return window.low;
}

int64_t AuditMicros(absl::Time time) {
  if (time == absl::InfinitePast()) return 0;
  if (time == absl::InfiniteFuture()) return std::numeric_limits<int64_t>::max();
  return absl::ToUnixMicros(time);
}

}  // namespace kyc::events
