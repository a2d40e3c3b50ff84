#include "server/admin/standing_warnings.h"

#include "absl/strings/str_cat.h"

namespace kyc::admin {
namespace {

constexpr absl::Duration kMinute = absl::Minutes(1);
constexpr absl::Duration kAgain = absl::Hours(1);

}  // namespace

void StandingWarnings::Happened(absl::string_view what, absl::Time now, int64_t least) {
  const std::lock_guard lock(mutex_);
  auto at = series_.find(what);
  if (at == series_.end()) {
    if (series_.size() >= kMost) return;
    at = series_.emplace(std::string(what), Series{.first = now, .last = now, .minute = now}).first;
  }
  Series& series = at->second;
  if (!series.said && now - series.minute >= kMinute)
    series = {.first = now, .last = now, .minute = now};
  series.last = now;
  ++series.lately;
  ++series.all;
  if (series.said || series.lately < least) return;
  series.said = true;
  series.minute = now;
  series.lately = 0;
  write_(what);
}

void StandingWarnings::IsSo(absl::string_view what, bool is_so, absl::Time now) {
  const std::lock_guard lock(mutex_);
  const auto at = so_.find(what);
  if (at == so_.end()) {
    if (!is_so || so_.size() >= kMost) return;
    so_.emplace(std::string(what), now);
    return write_(what);
  }
  if (!is_so) {
    so_.erase(at);
    return write_(absl::StrCat(what, ": no more"));
  }
  if (now - at->second < kAgain) return;
  at->second = now;
  write_(what);
}

void StandingWarnings::Look(absl::Time now) {
  const std::lock_guard lock(mutex_);
  for (auto at = series_.begin(); at != series_.end();) {
    at = Tell(at->first, at->second, now) ? series_.erase(at) : std::next(at);
  }
}

bool StandingWarnings::Tell(const std::string& what, Series& series, absl::Time now) const {
  if (now - series.last >= kMinute) {
    const absl::Duration in = absl::Ceil(series.last - series.first, absl::Seconds(1));
    if (series.said) {
      write_(absl::StrCat(what, ": no more, ", series.all, " in ", absl::FormatDuration(in)));
    }
    return true;
  }
  if (!series.said || now - series.minute < kMinute) return false;
  write_(absl::StrCat(what, ": ", series.lately, " more within a minute"));
  series.minute = now;
  series.lately = 0;
  return false;
}

}  // namespace kyc::admin
