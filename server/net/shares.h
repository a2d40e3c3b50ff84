// How many of what there is each may have, where nobody waits.
#ifndef SERVER_NET_SHARES_H_
#define SERVER_NET_SHARES_H_

#include <algorithm>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace kyc::net {

// One may have half of what the others leave, and always one while there is any. So whoever comes
// first finds room, however many have taken all that they may. A fixed number for each can stand in
// place of that half.
//
// Not thread-safe.
class Shares {
 public:
  // `of_one`: what one may have at most; 0: half of what the others leave.
  explicit Shares(int capacity, int of_one = 0) : capacity_(capacity), of_one_(of_one) {}

  // Whether `who` has one more now, until GiveBack.
  bool Take(absl::string_view who) {
    const auto at = of_.find(who);
    const int has = at == of_.end() ? 0 : at->second;
    const int left = capacity_ - in_use_;
    const int most = of_one_ > 0 ? of_one_ : std::max(1, (left + has) / 2);
    if (left <= 0 || has >= most) return false;
    ++of_[who];
    ++in_use_;
    return true;
  }
  void GiveBack(absl::string_view who) {
    const auto at = of_.find(who);
    if (--at->second == 0) of_.erase(at);
    --in_use_;
  }

  int in_use() const { return in_use_; }
  bool full() const { return in_use_ >= capacity_; }

 private:
  const int capacity_;
  const int of_one_;
  int in_use_ = 0;
  absl::flat_hash_map<std::string, int> of_;
};

}  // namespace kyc::net

#endif  // SERVER_NET_SHARES_H_
