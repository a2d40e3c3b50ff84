// Warnings of what goes on until somebody acts: said once, then by the minute, and when it is over.
#ifndef SERVER_ADMIN_STANDING_WARNINGS_H_
#define SERVER_ADMIN_STANDING_WARNINGS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kyc::admin {

// Thread-safe. Of few different texts: beyond kMost at once none is taken up. All times are by the
// steady clock.
class StandingWarnings {
 public:
  static constexpr size_t kMost = 256;
  using Write = std::function<void(absl::string_view line)>;

  // `write` must not block.
  explicit StandingWarnings(Write write) : write_(std::move(write)) {}

  // It happened. The line is `what`, once it has happened `least` times within a minute; then
  // `what: 12 more within a minute`; and `what: no more, 25 in 3m` when it has not for a minute.
  void Happened(absl::string_view what, absl::Time now, int64_t least = 1);
  // Whether it is so: a line when it begins and each hour, and `what: no more` when it ends.
  void IsSo(absl::string_view what, bool is_so, absl::Time now);

  // What follows from the time alone. To be called every few seconds.
  void Look(absl::Time now);

 private:
  struct Series {
    absl::Time first, last;
    absl::Time minute;  // Since when `lately` counts.
    int64_t lately = 0;
    int64_t all = 0;
    bool said = false;
  };

  // Whether it has ended. Holds mutex_.
  bool Tell(const std::string& what, Series& series, absl::Time now) const;

  const Write write_;
  std::mutex mutex_;
  std::map<std::string, Series, std::less<>> series_;  // Guarded by mutex_,
  std::map<std::string, absl::Time, std::less<>> so_;  // and this too: when it was last said.
};

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_STANDING_WARNINGS_H_
