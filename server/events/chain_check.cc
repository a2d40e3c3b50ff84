#include "server/events/chain_check.h"

#include "absl/strings/str_cat.h"
#include "server/events/log_damage.h"
#include "server/events/log_keys.h"

namespace kyc::events {

absl::Status ChainCheck::Follow(const EventRow& row) {
  if (row.sequence != sequence_ + 1) {
    return LogDamaged(
        absl::StrCat("events ", sequence_ + 1, " to ", row.sequence - 1, " are missing"));
  }
  chain_ = NextChain(chain_, row.sequence, row.event_id, row.received_time_us, row.content_digest);
  if (chain_ != row.chain) {
    return LogDamaged(absl::StrCat("the chain is broken at event ", row.sequence));
  }
  sequence_ = row.sequence;
  return absl::OkStatus();
}

absl::Status ChainCheck::EndsAt(int64_t sequence) const {
  if (sequence_ == sequence) return absl::OkStatus();
  return LogDamaged(absl::StrCat("events ", sequence_ + 1, " to ", sequence, " are missing"));
}

}  // namespace kyc::events
