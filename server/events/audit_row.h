// An entry of the audit log and its row. Every engine keeps the same columns. Pure.
#ifndef SERVER_EVENTS_AUDIT_ROW_H_
#define SERVER_EVENTS_AUDIT_ROW_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/events/audit.h"
#include "server/events/log_identity.h"

namespace kyc::events {

// In the order in which AuditRow has them.
inline constexpr char kAuditColumns[] =
    "id, time_us, caller, act, outcome, source, reference_digest, cust_id_digest, "
    "first_sequence, last_sequence, times, purpose_digest, sealed_purpose, chain";
// How long after its entry an erasure may still go on.
inline constexpr absl::Duration kErasing = absl::Hours(1);

// The newest entry; all zero before the first.
struct AuditEnd {
  int64_t id = 0;
  int64_t time_us = 0;
  std::string chain;
};

struct AuditRow {
  int64_t id = 0;
  int64_t time_us = 0;
  std::string caller;
  std::string act;
  std::string outcome;
  std::string source;
  std::string reference_digest;  // Empty: it is about no one in particular.
  std::string cust_id_digest;
  int64_t first_sequence = 0;
  int64_t last_sequence = 0;
  int64_t times = 1;
  std::string purpose_digest;  // Empty: none was said.
  std::string sealed_purpose;
  std::string chain;
};

// The digests that entries about a reference, and a customer, have; empty for an empty one. Not
// those by which events are found: these stay when those are erased.
std::string AuditReferenceDigest(const std::string& reference, const LogKeys& keys);
std::string AuditCustIdDigest(const std::string& cust_id, const LogKeys& keys);

// The row just after `end`. Times never run backwards.
AuditRow RowAfter(const AuditEnd& end, const AuditNote& note, absl::Time now,
                  const LogIdentity& log);

// The entry of a row, of which the one before has this chain; empty for the first of all.
// LogDamaged when it does not follow: the chain is keyed, so that who can write to the store cannot
// forge it, and runs over the purpose's digest, so that an entry outlives the key that sealed that.
absl::StatusOr<AuditEntry> EntryAfter(absl::string_view chain_before, const AuditRow& row,
                                      const LogIdentity& log);

// The purpose of the entry, sealed again under the key that seals now.
absl::StatusOr<std::string> SealPurposeAgain(int64_t id, absl::string_view sealed,
                                             const LogIdentity& log);

// The entries that one read looks at.
struct AuditWindow {
  int64_t low = 0;    // From this id on,
  int64_t below = 0;  // below this one.
};
AuditWindow WindowThrough(int64_t newest_id);
// Where the next read goes on, 0 where there is nothing more; `before` is the newest entry before
// the window.
int64_t NextBelow(const std::vector<AuditEntry>& entries, const AuditQuery& query,
                  const AuditWindow& window, const AuditEnd& before);
// Within what a store can hold.
int64_t AuditMicros(absl::Time time);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_AUDIT_ROW_H_
