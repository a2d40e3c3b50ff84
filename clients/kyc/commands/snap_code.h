// What a response code of SNAP means here. Pure.
#ifndef CLIENTS_KYC_COMMANDS_SNAP_CODE_H_
#define CLIENTS_KYC_COMMANDS_SNAP_CODE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace kyc::cli {

struct SnapCode {
  int http;
  std::string service;  // Two digits, 00 in both documents.
  std::string number;   // Two digits, the case.
};

absl::optional<SnapCode> ReadSnapCode(absl::string_view text);

struct SnapMeaning {
  std::string means;
  // What a caller of CreateUpgradeAccountWidget gets when Finpay answers so: "OK
  // OUTCOME_KYC_REJECTED", or gRPC's code, the reason and the outcome. A test holds it against what
  // the gateway does.
  std::string callers_get;
  std::string webhook;  // What Netzme is told by it; "-": nothing.
};

SnapMeaning MeaningOf(const SnapCode& code);

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_COMMANDS_SNAP_CODE_H_
