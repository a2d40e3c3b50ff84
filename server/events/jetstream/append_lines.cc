#include "server/events/jetstream/append_lines.h"

#include <algorithm>

namespace kyc::events::jetstream {

PendingAppend& AppendLines::Add(PendingAppend added) {
  auto append = std::make_unique<PendingAppend>(std::move(added));
  append->id = next_id_++;
  append->due = append->deadline;
  due_.emplace(append->due, append->id);
  by_reference_[append->draft.reference_digest()].push_back(append->id);
  return *appends_.emplace(append->id, std::move(append)).first->second;
}

bool AppendLines::IsFirst(const PendingAppend& append) const {
  return by_reference_.at(append.draft.reference_digest()).front() == append.id;
}

PendingAppend* AppendLines::Find(uint64_t id) const {
  const auto at = appends_.find(id);
  return at == appends_.end() ? nullptr : at->second.get();
}

void AppendLines::SetDue(PendingAppend& append, Clock::duration delay) {
  due_.erase({append.due, append.id});
  append.due = std::min(append.deadline, Clock::now() + delay);
  due_.emplace(append.due, append.id);
}

PendingAppend* AppendLines::Remove(const PendingAppend& append) {
  const uint64_t id = append.id;
  const auto at = by_reference_.find(append.draft.reference_digest());
  std::deque<uint64_t>& line = at->second;
  const bool was_first = line.front() == id;
  line.erase(std::find(line.begin(), line.end(), id));
  PendingAppend* next = was_first && !line.empty() ? appends_.at(line.front()).get() : nullptr;
  if (line.empty()) by_reference_.erase(at);
  due_.erase({append.due, id});
  appends_.erase(id);
  return next;
}

}  // namespace kyc::events::jetstream
