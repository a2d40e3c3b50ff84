// Which days are asked for. Pure.
#ifndef CLIENTS_KYC_COMMANDS_USAGE_DATES_H_
#define CLIENTS_KYC_COMMANDS_USAGE_DATES_H_

#include <string>

#include "absl/status/statusor.h"

namespace kyc::cli {

struct Dates {
  std::string from, to;  // "2026-11-01", both included.
};

// All days of a month ("2026-11"); or those from `from` to `to`, which is `from` where it is empty.
// INVALID_ARGUMENT says what is missing, or wrong with a month; days are the gateway's to judge.
absl::StatusOr<Dates> DatesOf(const std::string& month, const std::string& from,
                              const std::string& to);

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_COMMANDS_USAGE_DATES_H_
