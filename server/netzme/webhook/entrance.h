// Who may come to the webhook at all, and how often.
#ifndef SERVER_NETZME_WEBHOOK_ENTRANCE_H_
#define SERVER_NETZME_WEBHOOK_ENTRANCE_H_

#include <cstddef>
#include <list>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/call/ip_address.h"

namespace kyc::netzme {

struct EntranceLimits {
  std::vector<IpNetwork> networks = {};  // Of whom anything is taken; empty: of everybody.
  // Requests a second, and as many at once after quiet; 0: as many as come.
  int of_a_source = 0;
  absl::flat_hash_map<std::string, int> of_account = {};
};

// A value, not thread-safe. Times are a steady clock's.
class Entrance {
 public:
  // So many sources' rates are known; of more, the one that has been quiet longest is forgotten,
  // and begins anew.
  static constexpr size_t kMostSources = 4096;

  explicit Entrance(EntranceLimits limits) : limits_(std::move(limits)) {}

  // Why a request is refused before its token is looked at: "source_network", "source_rate" or
  // nothing. An address of IPv4 is a source, of IPv6 a network of 64 bits.
  absl::string_view FaultOfSource(const IpAddress& from, absl::Time now);
  // The same of who has a right token: "account_rate" or nothing.
  absl::string_view FaultOfAccount(const std::string& account, absl::Time now);

  size_t sources() const { return by_source_.size(); }

 private:
  // How much of a second's worth is left.
  struct Pace {
    bool Take(int a_second, absl::Time now);
    double left = 0;
    absl::Time filled = absl::InfinitePast();
  };
  struct Source {
    IpAddress address;
    Pace pace;
  };

  Pace& PaceOf(const IpAddress& source);

  const EntranceLimits limits_;
  std::list<Source> sources_;  // The one that came last first.
  absl::flat_hash_map<IpAddress, std::list<Source>::iterator> by_source_;
  absl::flat_hash_map<std::string, Pace> accounts_;
};

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_WEBHOOK_ENTRANCE_H_
