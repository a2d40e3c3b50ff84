// How many of what there is each may have, where nobody waits.
#ifndef SERVER_RPC_SHARES_H_
#define SERVER_RPC_SHARES_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace kyc::rpc {

// As with Turns, one may have half of what the others leave, and always one while there is any.
//
// Loop thread only. Owned by CallScope.
class Shares {
 public:
  explicit Shares(int capacity) : capacity_(capacity) {}

  // Whether `who` has one more now, until GiveBack.
  bool Take(absl::string_view who) {
    const auto at = of_.find(who);
    const int has = at == of_.end() ? 0 : at->second;
    const int left = capacity_ - in_use_;
    if (left <= 0 || (has > 0 && has + 1 > (left + has) / 2)) return false;
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

 private:
  const int capacity_;
  int in_use_ = 0;
  absl::flat_hash_map<std::string, int> of_;
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_SHARES_H_
