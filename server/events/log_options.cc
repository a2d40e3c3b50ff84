#include "server/events/log_options.h"

namespace kyc::events {
namespace {

constexpr size_t kLookupKeyBytes = 32;

}  // namespace

absl::Status CheckLogOptions(const Secret& lookup_key, const Retention& retention,
                             int64_t max_waiting) {
  if (lookup_key.Reveal().size() != kLookupKeyBytes) {
    return absl::InvalidArgumentError("The look-up key must have 32 bytes");
  }
  if (retention.reference_age < retention.age) {
    return absl::InvalidArgumentError(
        "References must be remembered at least as long as their events");
  }
  if (retention.count < 1 || max_waiting < 1) {
    return absl::InvalidArgumentError("The log must be allowed to keep and to wait for something");
  }
  return absl::OkStatus();
}

}  // namespace kyc::events
