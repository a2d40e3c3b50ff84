#include "server/admin/accepted.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/types/optional.h"

namespace kyc::admin {
namespace {

// One of the ranges that a header lists, such as "text/plain;version=0.0.4;q=0.5".
struct Range {
  absl::string_view name;
  absl::string_view version;  // Empty: any.
  double liking = 1;
};

Range RangeOf(absl::string_view text) {
  Range range;
  for (absl::string_view part : absl::StrSplit(text, ';')) {
    part = absl::StripAsciiWhitespace(part);
    if (range.name.empty()) {
      range.name = part;
    } else if (absl::StartsWithIgnoreCase(part, "version=")) {
      range.version = part.substr(part.find('=') + 1);
    } else if (absl::StartsWithIgnoreCase(part, "q=") &&
               !absl::SimpleAtod(part.substr(2), &range.liking)) {
      range.liking = 0;
    }
  }
  return range;
}

// How near a range is to the type that is asked about; 0: it is another one's.
int NearnessOf(const Range& range, absl::string_view type, absl::string_view version) {
  if (range.name == "*/*") return 1;
  const absl::string_view half = type.substr(0, type.find('/') + 1);
  if (absl::EndsWith(range.name, "/*")) {
    return absl::EqualsIgnoreCase(range.name.substr(0, range.name.size() - 1), half) ? 2 : 0;
  }
  if (!absl::EqualsIgnoreCase(range.name, type)) return 0;
  if (range.version.empty()) return 3;
  return range.version == version ? 4 : 0;
}

}  // namespace

double LikingOf(absl::string_view accept, absl::string_view type, absl::string_view version) {
  if (absl::StripAsciiWhitespace(accept).empty()) return 1;
  int nearest = 0;
  double liking = 0;
  for (const absl::string_view text : absl::StrSplit(accept, ',')) {
    const Range range = RangeOf(text);
    const int nearness = NearnessOf(range, type, version);
    if (nearness <= nearest) continue;
    nearest = nearness;
    liking = std::clamp(range.liking, 0.0, 1.0);
  }
  return liking;
}

bool TakesGzip(absl::string_view accept_encoding) {
  absl::optional<double> any, gzip;
  for (const absl::string_view text : absl::StrSplit(accept_encoding, ',')) {
    const Range range = RangeOf(text);
    if (range.name == "*") any = range.liking;
    if (absl::EqualsIgnoreCase(range.name, "gzip")) gzip = range.liking;
  }
  return gzip.value_or(any.value_or(0)) > 0;
}

}  // namespace kyc::admin
