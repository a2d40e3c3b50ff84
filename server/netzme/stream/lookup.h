// GetUpgrade and ListUpgrades: their checks, and their reading of the log.
#ifndef SERVER_NETZME_STREAM_LOOKUP_H_
#define SERVER_NETZME_STREAM_LOOKUP_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/events/event_log.h"
#include "server/netzme/stream/page_token.h"

namespace kyc::netzme {

// Every violation at once, as INVALID_ARGUMENT INVALID_REQUEST.
absl::Status Validate(const ::netzme::v1::GetUpgradeRequest& request);
absl::Status Validate(const ::netzme::v1::ListUpgradesRequest& request);

// NOT_FOUND UPGRADE_NOT_FOUND or UPGRADE_REMOVED, never quoting the reference. Blocks. `request` is
// valid.
absl::StatusOr<::netzme::v1::GetUpgradeResponse> GetUpgrade(
    const events::EventLog& log, const ::netzme::v1::GetUpgradeRequest& request);

// A page of ListUpgrades while it is read. Ended early at about 3 MiB, because gRPC's clients
// refuse more than 4 MiB by default, and after `max_reads` reads, perhaps empty, with a
// next_page_token: where few events match, the client gets on page by page.
//
// Not thread-safe; each read may come on another thread.
class Listing {
 public:
  static constexpr int kMaxReads = 20;

  // PAGE_TOKEN_INVALID. `request` is valid; `log` outlives the listing.
  static absl::StatusOr<Listing> Start(const events::EventLog& log,
                                       ::netzme::v1::ListUpgradesRequest request,
                                       int max_reads = kMaxReads);

  // Reads the log once, so that others' reads may come between. Nullopt: call again. Blocks.
  absl::StatusOr<absl::optional<::netzme::v1::ListUpgradesResponse>> Read();

 private:
  Listing(const events::EventLog& log, ::netzme::v1::ListUpgradesRequest request, PagePlace place,
          int max_reads);
  // False when the page is full: then there is a next one.
  bool Take(::netzme::v1::UpgradeEvent event);
  ::netzme::v1::ListUpgradesResponse PageWithNext();

  const events::EventLog* log_;
  ::netzme::v1::ListUpgradesRequest request_;
  int page_size_;
  PagePlace place_;  // Of what is in the page so far.
  int reads_left_;
  size_t bytes_ = 0;
  ::netzme::v1::ListUpgradesResponse page_;
};

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_STREAM_LOOKUP_H_
