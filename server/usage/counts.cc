#include "server/usage/counts.h"

#include <string>
#include <utility>

namespace kyc::usage {

using events::UsageCount;
using events::UsageKey;
using events::UsageKeyView;

void Counts::Add(const UsageKeyView& view) {
  if (const auto at = calls_.find(view); at != calls_.end()) {
    ++at->second;
    return;
  }
  const auto& [day, caller, account, method, billing, reason] = view;
  UsageKey key{day, kOthers, "", std::string(method), billing, ""};
  if (calls_.size() < max_rows_) {
    key.caller = std::string(caller);
    key.account = std::string(account);
    key.reason = std::string(reason);
  }
  ++calls_[std::move(key)];
}

std::vector<UsageCount> Counts::Take() {
  std::vector<UsageCount> counts;
  counts.reserve(calls_.size());
  while (!calls_.empty()) {
    auto node = calls_.extract(calls_.begin());
    counts.push_back({std::move(node.key()), node.mapped()});
  }
  return counts;
}

}  // namespace kyc::usage
