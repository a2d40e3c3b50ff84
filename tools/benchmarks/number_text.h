// Numbers as people read them: three digits that count.
#ifndef TOOLS_BENCHMARKS_NUMBER_TEXT_H_
#define TOOLS_BENCHMARKS_NUMBER_TEXT_H_

#include <string>

#include "absl/strings/str_format.h"
#include "absl/types/optional.h"

namespace kyc::bench {

inline std::string NumberText(double value) {
  const int digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  return absl::StrFormat("%.*f", digits, value);
}

// "-" where there is none.
inline std::string NumberText(absl::optional<double> value) {
  return value ? NumberText(*value) : "-";
}

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_NUMBER_TEXT_H_
