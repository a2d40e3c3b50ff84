#include "clients/kyc/commands/usage_dates.h"

#include "absl/time/civil_time.h"

namespace kyc::cli {

absl::StatusOr<Dates> DatesOf(const std::string& month, const std::string& from,
                              const std::string& to) {
  if (month.empty()) {
    if (from.empty()) return absl::InvalidArgumentError("say --month 2026-11, or --from DAY");
    return Dates{from, to.empty() ? from : to};
  }
  if (!from.empty() || !to.empty()) {
    return absl::InvalidArgumentError("--month goes with neither --from nor --to");
  }
  absl::CivilMonth first;
  if (!absl::ParseCivilTime(month, &first) || absl::FormatCivilTime(first) != month) {
    return absl::InvalidArgumentError("a month is like 2026-11");
  }
  return Dates{absl::FormatCivilTime(absl::CivilDay(first)),
               absl::FormatCivilTime(absl::CivilDay(first + 1) - 1)};
}

}  // namespace kyc::cli
