#include "server/netzme/stream/shown_events.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace kyc::netzme {
namespace {

constexpr size_t kFew = 8;

void Extend(int64_t sequence, events::AuditNote& note) {
  note.first_sequence =
      note.first_sequence == 0 ? sequence : std::min(note.first_sequence, sequence);
  note.last_sequence = std::max(note.last_sequence, sequence);
}

}  // namespace

events::AuditNote NoteOfEvent(events::AuditNote call, const ::netzme::v1::UpgradeEvent& event) {
  call.reference = event.original_reference_no();
  call.cust_id = event.cust_id();
  call.first_sequence = event.sequence();
  call.last_sequence = event.sequence();
  return call;
}

std::vector<events::AuditNote> NotesOfPage(const events::AuditNote& call,
                                           const ::netzme::v1::ListUpgradesResponse& page) {
  std::map<std::pair<std::string, std::string>, events::AuditNote> subjects;
  events::AuditNote all = call;
  for (const auto& event : page.events()) {
    const auto [at, is_new] = subjects.try_emplace({event.original_reference_no(), event.cust_id()},
                                                   NoteOfEvent(call, event));
    Extend(event.sequence(), at->second);
    Extend(event.sequence(), all);
  }
  if (subjects.size() > kFew) return {std::move(all)};
  std::vector<events::AuditNote> notes;
  for (auto& [subject, note] : subjects) notes.push_back(std::move(note));
  return notes;
}

}  // namespace kyc::netzme
