#include "server/usage/days.h"

namespace kyc::usage {
namespace {

constexpr absl::CivilDay kFirst(1970, 1, 1);

}  // namespace

int64_t Days::Of(absl::Time time) const { return absl::ToCivilDay(time, zone_) - kFirst; }

absl::Time Days::EndOf(int64_t day) const { return absl::FromCivil(kFirst + (day + 1), zone_); }

std::string Days::EndText(int64_t day) const {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%S%Ez", EndOf(day), zone_);
}

std::string DayText(int64_t day) { return absl::FormatCivilTime(kFirst + day); }

absl::optional<int64_t> DayIn(absl::string_view text) {
  absl::CivilDay day;
  if (!absl::ParseCivilTime(text, &day) || absl::FormatCivilTime(day) != text) return absl::nullopt;
  return day - kFirst;
}

}  // namespace kyc::usage
