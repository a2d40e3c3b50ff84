#include "clients/kyc/cli/nearest.h"

#include <algorithm>

namespace kyc::cli {

size_t Distance(absl::string_view one, absl::string_view other) {
  // Row by row of the table of all beginnings of one, by all of the other.
  std::vector<size_t> before_last, last(other.size() + 1), row(other.size() + 1);
  for (size_t j = 0; j <= other.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= one.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= other.size(); ++j) {
      const size_t exchanged = last[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
      row[j] = std::min({exchanged, last[j] + 1, row[j - 1] + 1});
      const bool swapped =
          i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = last;
    last = row;
  }
  return last[other.size()];
}

std::string Nearest(absl::string_view word, const std::vector<std::string>& known) {
  std::string nearest;
  size_t best = word.size();  // Nothing in common.
  for (const std::string& candidate : known) {
    const size_t distance = Distance(word, candidate);
    if (distance < best && distance <= std::max<size_t>(1, candidate.size() / 3)) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace kyc::cli
