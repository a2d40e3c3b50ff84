#include "server/admin/paced_lines.h"

namespace kyc::admin {

bool PacedLines::IsDue() {
  const absl::Time now = clock_();
  const absl::MutexLock lock(&mutex_);
  if (now - second_ >= absl::Seconds(1)) {
    second_ = now;
    written_ = 0;
    if (not_written_ > 0) left_out_(std::exchange(not_written_, 0));
  }
  const bool due = written_ < lines_per_second_;
  ++(due ? written_ : not_written_);
  return due;
}

}  // namespace kyc::admin
