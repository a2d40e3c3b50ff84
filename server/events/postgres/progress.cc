#include "server/events/postgres/progress.h"

#include <algorithm>
#include <utility>

namespace kyc::events::postgres {

void Progress::Advance(const Place& newest) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (newest.sequence <= newest_.sequence) return;
    newest_ = newest;
  }
  advanced_.notify_all();
}

void Progress::SetTrimmed(const Place& trimmed) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (trimmed.sequence > trimmed_.sequence) trimmed_ = trimmed;
}

void Progress::AdvanceLived(absl::Duration lived) {
  const std::lock_guard<std::mutex> lock(mutex_);
  lived_ = std::max(lived_, lived);
}

absl::Duration Progress::lived() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return lived_;
}

Place Progress::newest() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return newest_;
}

Place Progress::trimmed() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return trimmed_;
}

Ends Progress::ends() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return {.oldest = PositionOf(trimmed_), .newest = PositionOf(newest_)};
}

bool Progress::Await(int64_t sequence, absl::Duration limit) const {
  std::unique_lock<std::mutex> lock(mutex_);
  return advanced_.wait_for(lock, absl::ToChronoMicroseconds(limit),
                            [&] { return newest_.sequence >= sequence; });
}

bool Progress::SetHistory(absl::Status history) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const bool news = history_.code() != history.code();
  history_ = std::move(history);
  return news;
}

absl::Status Progress::history() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return history_;
}

}  // namespace kyc::events::postgres
