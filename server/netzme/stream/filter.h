// Which events a caller asked for.
#ifndef SERVER_NETZME_STREAM_FILTER_H_
#define SERVER_NETZME_STREAM_FILTER_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/call/error.h"

namespace kyc::netzme {

// What is looked at to choose an event.
struct EventKey {
  std::string reference;
  std::string cust_id;
  ::netzme::v1::UpgradeStatus status = ::netzme::v1::UPGRADE_STATUS_UNSPECIFIED;
  std::string type;
  std::string account;
  absl::Time received_time;
};
absl::Time ReceivedTime(const ::netzme::v1::UpgradeEvent& event);
EventKey KeyOf(const ::netzme::v1::UpgradeEvent& event);

// What is wrong with a request's `filter`, one violation a field: at most 100 values each, of at
// most 128 bytes (types: 64), statuses that an event can have.
std::vector<Violation> FilterViolations(const ::netzme::v1::UpgradeFilter& filter);

// A filter that is asked once for every event of every stream. Immutable.
class Filter {
 public:
  using Texts = absl::flat_hash_set<std::string>;

  explicit Filter(::netzme::v1::UpgradeFilter filter);

  bool Matches(const EventKey& key) const;
  bool MatchesEverything() const;
  const ::netzme::v1::UpgradeFilter& proto() const { return proto_; }
  // Empty: every reference.
  const Texts& references() const { return references_; }

 private:
  const ::netzme::v1::UpgradeFilter proto_;
  const Texts references_;
  const Texts cust_ids_;
  const Texts types_;
  const Texts accounts_;
};

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_STREAM_FILTER_H_
