// Addresses in lines of the log.
#ifndef SERVER_CALL_FEW_ADDRESSES_H_
#define SERVER_CALL_FEW_ADDRESSES_H_

#include <cstddef>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kyc {

// Names at most 64 a minute, so that many senders make no more lines than few. Not thread-safe.
class FewAddresses {
 public:
  // `address`, or "many addresses"; `now` by a steady clock.
  absl::string_view Known(absl::string_view address, absl::Time now) {
    if (now >= forget_) {
      addresses_.clear();
      forget_ = now + absl::Minutes(1);
    }
    if (addresses_.contains(address)) return address;
    if (addresses_.size() >= kMost) return "many addresses";
    addresses_.emplace(address);
    return address;
  }

 private:
  static constexpr size_t kMost = 64;

  absl::flat_hash_set<std::string> addresses_;  // Of this minute.
  absl::Time forget_ = absl::InfinitePast();
};

}  // namespace kyc

#endif  // SERVER_CALL_FEW_ADDRESSES_H_
