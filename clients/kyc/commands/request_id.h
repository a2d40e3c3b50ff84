// A call's own key (clients/repeat.md).
#ifndef CLIENTS_KYC_COMMANDS_REQUEST_ID_H_
#define CLIENTS_KYC_COMMANDS_REQUEST_ID_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace kyc::cli {

// A random UUID.
std::string NewRequestId();

// The same for the same parts, another one for others: half of a SHA-256, written as a UUID. Pure.
std::string RequestIdOf(absl::Span<const absl::string_view> parts);

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_COMMANDS_REQUEST_ID_H_
