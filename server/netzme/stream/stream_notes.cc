#include "server/netzme/stream/stream_notes.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/events/audited.h"

namespace kyc::netzme {
namespace {

constexpr char kAct[] = "netzme.v1.UpgradeNotificationService/WatchUpgrades VIEW_FULL";
constexpr int64_t kMostAhead = 1000;
// Names of a filter that have entries of their own.
constexpr int kFewNames = 8;
// Viewers, of which a caller may make any number by its purpose.
constexpr size_t kMostLines = 1000;
// Places of a viewer's streams that are noted together.
constexpr size_t kMostPlaces = 64;

std::string KeyOf(const Viewer& viewer) {
  std::string key;
  const auto add = [&key](absl::string_view text) {
    absl::StrAppend(&key, text.size(), ":", text);
  };
  add(viewer.caller);
  add(viewer.purpose);
  for (const std::string& reference : viewer.references) add(reference);
  absl::StrAppend(&key, "/");
  for (const std::string& cust_id : viewer.cust_ids) add(cust_id);
  return key;
}

bool Covers(const Grant& grant, const StreamNotes::Wish& wish) {
  return grant.first <= wish.first && wish.through <= grant.through;
}

bool NamesSome(const Viewer& viewer) {
  return !viewer.references.empty() || !viewer.cust_ids.empty();
}

// The grant that has this wish's events, or a new one at the end; null where there are too many.
Grant* PlaceFor(const StreamNotes::Wish& wish, bool one_for_all, std::vector<Grant>& grants) {
  if (!grants.empty() && (one_for_all || wish.first <= grants.back().through + 1)) {
    return &grants.back();
  }
  if (grants.size() == kMostPlaces) return nullptr;
  grants.push_back({wish.first, wish.through});
  return &grants.back();
}

std::vector<events::AuditNote> NotesOf(const Viewer& viewer, const std::vector<Grant>& grants) {
  std::vector<events::AuditNote> notes;
  for (const Grant& grant : grants) {
    events::AuditNote note{.caller = viewer.caller, .act = kAct};
    note.purpose = viewer.purpose;
    note.first_sequence = grant.first;
    note.last_sequence = grant.through;
    for (const std::string& reference : viewer.references) {
      notes.push_back(note);
      notes.back().reference = reference;
    }
    for (const std::string& cust_id : viewer.cust_ids) {
      notes.push_back(note);
      notes.back().cust_id = cust_id;
    }
    if (!NamesSome(viewer)) notes.push_back(std::move(note));
  }
  return notes;
}

}  // namespace

Viewer ViewerOf(const CallContext& context, const ::netzme::v1::UpgradeFilter& filter) {
  Viewer viewer{.caller = context.caller, .purpose = context.purpose};
  const auto& references = filter.original_reference_nos();
  const auto& cust_ids = filter.cust_ids();
  if (references.size() > 0 && references.size() <= kFewNames) {
    viewer.references.assign(references.begin(), references.end());
  } else if (cust_ids.size() > 0 && cust_ids.size() <= kFewNames) {
    viewer.cust_ids.assign(cust_ids.begin(), cust_ids.end());
  }
  return viewer;
}

int64_t EventsAhead(const Grant& last, int64_t shown_through, absl::Time now) {
  if (last.through == 0) return 0;
  const double lasted =
      std::max(absl::FDivDuration(now - (last.until - kGrantLife), kGrantLife), 1e-6);
  const double rate = static_cast<double>(shown_through - last.first) / lasted;
  return static_cast<int64_t>(std::min(rate, static_cast<double>(kMostAhead)));
}

void StreamNotes::Note(const std::shared_ptr<const Viewer>& viewer, Wish wish, Then then) {
  const std::string key = KeyOf(*viewer);
  if (lines_.size() >= kMostLines) ForgetIdle();
  Line& line = lines_[key];
  line.viewer = viewer;
  if (Covers(line.newest, wish) && clock_() < line.newest.until) {
    return std::move(then)(line.newest);
  }
  line.waiting.push_back({wish, std::move(then)});
  if (line.being_noted.empty()) Begin(key, line);
}

// An entry for each place where streams stand; what is of too many places waits for the next time.
void StreamNotes::Begin(const std::string& key, Line& line) {
  std::vector<Asked> all = std::exchange(line.waiting, {});
  std::sort(all.begin(), all.end(),
            [](const Asked& one, const Asked& other) { return one.wish.first < other.wish.first; });
  line.under_way.clear();
  const absl::Time until = clock_() + kGrantLife;
  for (Asked& asked : all) {
    Grant* const place = PlaceFor(asked.wish, NamesSome(*line.viewer), line.under_way);
    if (place == nullptr) {
      line.waiting.push_back(std::move(asked));
      continue;
    }
    place->through = std::max(place->through, asked.wish.through + asked.wish.ahead);
    place->until = until;
    line.being_noted.push_back(std::move(asked));
  }
  audit_->Note(NotesOf(*line.viewer, line.under_way),
               [&loop = loop_, weak = std::weak_ptr<StreamNotes*>(self_), key](absl::Status noted) {
                 loop.Post([weak, key, noted = std::move(noted)] {
                   if (const auto self = weak.lock()) (*self)->OnNoted(key, noted);
                 });
               });
}

void StreamNotes::OnNoted(const std::string& key, const absl::Status& noted) {
  Line& line = lines_[key];
  std::vector<std::pair<Then, absl::StatusOr<Grant>>> answers;
  const auto take_covered = [&](std::vector<Asked>& asked) {
    const auto left = std::partition(asked.begin(), asked.end(), [&](Asked& each) {
      const auto grant = std::find_if(line.under_way.begin(), line.under_way.end(),
                                      [&](const Grant& one) { return Covers(one, each.wish); });
      if (grant == line.under_way.end()) return true;
      answers.emplace_back(std::move(each.then), *grant);
      return false;
    });
    asked.erase(left, asked.end());
  };
  if (noted.ok()) {
    line.newest = line.under_way.back();
    take_covered(line.being_noted);
    take_covered(line.waiting);
  }
  for (Asked& asked : line.being_noted) {
    answers.emplace_back(std::move(asked.then), events::NotNoted());
  }
  line.being_noted.clear();
  if (!line.waiting.empty()) Begin(key, line);
  for (auto& [then, answer] : answers) std::move(then)(std::move(answer));
}

void StreamNotes::ForgetIdle() {
  absl::erase_if(lines_, [](const auto& each) { return each.second.being_noted.empty(); });
}

}  // namespace kyc::netzme
