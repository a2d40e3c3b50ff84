#include "server/net/paced_line.h"

#include <algorithm>

#include "absl/algorithm/container.h"

namespace kyc::net {

bool PacedLine::Add(const std::string& source, uint64_t id, int price) {
  const auto [at, is_first] = of_.try_emplace(source);
  OfSource& of = at->second;
  if (is_first) of.turn = turns_.insert(turns_.end(), source);
  if (!is_first && of.waiting.size() >= static_cast<size_t>(options_.of_one_source)) return false;
  of.waiting.push_back({id, price});
  ++size_;
  return true;
}

void PacedLine::Remove(const std::string& source, uint64_t id) {
  const auto at = of_.find(source);
  if (at == of_.end()) return;
  std::deque<Waiting>& waiting = at->second.waiting;
  const auto found = absl::c_find_if(waiting, [id](const Waiting& w) { return w.id == id; });
  if (found == waiting.end()) return;
  waiting.erase(found);
  --size_;
  RemoveEmpty(at);
}

absl::optional<uint64_t> PacedLine::Next(absl::Time now) {
  Fill(now);
  if (turns_.empty() || tokens_ < 1) return absl::nullopt;
  const auto at = of_.find(turns_.front());
  OfSource& of = at->second;
  const Waiting next = of.waiting.front();
  of.waiting.pop_front();
  --size_;
  turns_.splice(turns_.end(), turns_, of.turn);
  RemoveEmpty(at);
  tokens_ -= next.price;  // A dear one may leave a debt.
  return next.id;
}

void PacedLine::RemoveEmpty(absl::flat_hash_map<std::string, OfSource>::iterator at) {
  if (!at->second.waiting.empty()) return;
  turns_.erase(at->second.turn);
  of_.erase(at);
}

absl::Time PacedLine::NextTime() const {
  if (turns_.empty()) return absl::InfiniteFuture();
  return filled_ + absl::Seconds(std::max(0.0, 1 - tokens_) / options_.a_second);
}

void PacedLine::Fill(absl::Time now) {
  if (filled_ != absl::InfinitePast()) {
    tokens_ += absl::ToDoubleSeconds(now - filled_) * options_.a_second;
    tokens_ = std::min<double>(tokens_, options_.at_once);
  }
  filled_ = now;
}

}  // namespace kyc::net
