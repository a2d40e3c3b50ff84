#include "server/netzme/webhook/entrance.h"

#include <algorithm>

#include "absl/algorithm/container.h"

namespace kyc::netzme {

bool Entrance::Pace::Take(int a_second, absl::Time now) {
  if (now > filled) {
    left = std::min(left + absl::ToDoubleSeconds(now - filled) * a_second, double(a_second));
    filled = now;
  }
  if (left < 1) return false;
  left -= 1;
  return true;
}

absl::string_view Entrance::FaultOfSource(const IpAddress& from, absl::Time now) {
  const auto has = [&](const IpNetwork& network) { return network.Has(from); };
  if (!limits_.networks.empty() && absl::c_none_of(limits_.networks, has)) return "source_network";
  if (limits_.of_a_source == 0) return "";
  return PaceOf(from.Source()).Take(limits_.of_a_source, now) ? "" : "source_rate";
}

absl::string_view Entrance::FaultOfAccount(const std::string& account, absl::Time now) {
  const auto limit = limits_.of_account.find(account);
  if (limit == limits_.of_account.end() || limit->second == 0) return "";
  return accounts_[account].Take(limit->second, now) ? "" : "account_rate";
}

Entrance::Pace& Entrance::PaceOf(const IpAddress& source) {
  const auto known = by_source_.find(source);
  if (known != by_source_.end()) {
    sources_.splice(sources_.begin(), sources_, known->second);
    return known->second->pace;
  }
  if (sources_.size() >= kMostSources) {
    by_source_.erase(sources_.back().address);
    sources_.pop_back();
  }
  sources_.push_front({source, {}});
  by_source_[source] = sources_.begin();
  return sources_.front().pace;
}

}  // namespace kyc::netzme
