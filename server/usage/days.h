// The days that calls are counted by. Pure.
#ifndef SERVER_USAGE_DAYS_H_
#define SERVER_USAGE_DAYS_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace kyc::usage {

// A value. Days are numbers: since 1970-01-01.
class Days {
 public:
  explicit Days(absl::TimeZone zone) : zone_(std::move(zone)) {}

  int64_t Of(absl::Time time) const;
  absl::Time EndOf(int64_t day) const;
  // "2026-11-29T00:00:00+07:00"
  std::string EndText(int64_t day) const;

 private:
  absl::TimeZone zone_;
};

// "2026-11-28", and back: none if it is not written so, or there is no such day.
std::string DayText(int64_t day);
absl::optional<int64_t> DayIn(absl::string_view text);

}  // namespace kyc::usage

#endif  // SERVER_USAGE_DAYS_H_
