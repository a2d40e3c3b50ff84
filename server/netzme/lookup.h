// GetUpgrade and ListUpgrades: their checks, and their reading of the log.
#ifndef SERVER_NETZME_LOOKUP_H_
#define SERVER_NETZME_LOOKUP_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/events/event_log.h"

namespace kyc::netzme {

// Every violation at once, as INVALID_ARGUMENT INVALID_REQUEST.
absl::Status Validate(const ::netzme::v1::GetUpgradeRequest& request);
absl::Status Validate(const ::netzme::v1::ListUpgradesRequest& request);

// NOT_FOUND UPGRADE_NOT_FOUND, never quoting the reference. Blocks. `request` is valid.
absl::StatusOr<::netzme::v1::GetUpgradeResponse> GetUpgrade(
    const events::EventLog& log, const ::netzme::v1::GetUpgradeRequest& request);

// A page, ended early at about 3 MiB, because gRPC's clients refuse more than 4 MiB by default.
// PAGE_TOKEN_INVALID. Blocks. `request` is valid.
absl::StatusOr<::netzme::v1::ListUpgradesResponse> ListUpgrades(
    const events::EventLog& log, const ::netzme::v1::ListUpgradesRequest& request);

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_LOOKUP_H_
