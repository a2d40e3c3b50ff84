#include "server/events/retention_ages.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/events/duration_text.h"

namespace kyc::events {
namespace {

// The clocks differ by what passes between their readings; looking what that makes due costs more.
constexpr absl::Duration kWorthCatchingUp = absl::Seconds(1);

}  // namespace

absl::StatusOr<int64_t> RetentionAges::FindDue(DueAt due_at, const Ends& ends,
                                               absl::Time believed) {
  const absl::StatusOr<int64_t> due = due_at(ages_.time());
  if (!due.ok()) return due;
  if (believed - ages_.time() < kWorthCatchingUp) {
    released_ = false;  // It was meant for what waited, not for the next jump.
    SetWaiting(0, absl::ZeroDuration());
    return due;
  }
  const absl::StatusOr<int64_t> then = due_at(believed);
  if (!then.ok()) return then;
  const int64_t trimmed = ends.oldest.sequence;
  const int64_t more = *then - std::max(*due, trimmed);
  const bool released = released_.exchange(false);
  if (released || ages_.MayCatchUp(believed, more, ends.newest.sequence - trimmed)) {
    ages_.CatchUp(believed);
    SetWaiting(0, absl::ZeroDuration());
    return then;
  }
  SetWaiting(more, believed - ages_.time());
  return due;
}

void RetentionAges::SetWaiting(int64_t events, absl::Duration ahead) {
  const int64_t before = waiting_.exchange(events);
  if (before == events) return;
  metrics_.RetentionWaits(events);
  if (log_ == nullptr) return;
  if (before == 0) {
    log_(absl::StrCat("retention waits: the clock is ", DurationText(ahead),
                      " further than the log's ages, and by it ", events,
                      " events would be removed at once. Set the clock right, or, if it is right, "
                      "call kyc.admin.v1.EventLogService/ReleaseRetention"));
  } else if (events == 0) {
    log_("retention goes on");
  }
}

}  // namespace kyc::events
