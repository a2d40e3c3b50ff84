#include "server/call/repeated_lines.h"

#include <cstddef>

#include "absl/strings/str_cat.h"

namespace kyc {
namespace {

constexpr absl::Duration kCounted = absl::Minutes(1);
constexpr size_t kMaxLines = 256;

}  // namespace

void RepeatedLines::Say(absl::string_view line) {
  if (write_ == nullptr) return;
  const absl::Time now = clock_();
  const std::lock_guard lock(mutex_);
  TellUntil(now);
  if (const auto said = said_.find(line); said != said_.end()) {
    ++said->second.more;
    return;
  }
  if (said_.size() >= kMaxLines) TellUntil(absl::InfiniteFuture());
  said_.emplace(line, Repeats{now + kCounted, 0});
  write_(line);
}

void RepeatedLines::TellUntil(absl::Time now) {
  absl::erase_if(said_, [&](const auto& said) {
    const auto& [line, repeats] = said;
    if (repeats.until > now) return false;
    if (repeats.more > 0) write_(absl::StrCat(line, " (", repeats.more, " more times)"));
    return true;
  });
}

}  // namespace kyc
