// Where the next page of ListUpgrades goes on.
#ifndef SERVER_NETZME_STREAM_PAGE_TOKEN_H_
#define SERVER_NETZME_STREAM_PAGE_TOKEN_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/events/event_log.h"

namespace kyc::netzme {

struct PagePlace {
  int64_t upper_bound = 0;  // The newest sequence when the first page was made.
  int64_t below = 0;        // Everything at or above this sequence was listed or did not match.
};

// base64url text, signed by the log over the place, the log's id and everything of `request` that
// chooses events (filter, view, latest_only).
std::string PageToken(const PagePlace& place, const ::netzme::v1::ListUpgradesRequest& request,
                      const events::EventLog& log);

// INVALID_ARGUMENT PAGE_TOKEN_INVALID for a text that PageToken did not make for the same choice
// and log.
absl::StatusOr<PagePlace> PlaceFromPageToken(absl::string_view token,
                                             const ::netzme::v1::ListUpgradesRequest& request,
                                             const events::EventLog& log);

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_STREAM_PAGE_TOKEN_H_
