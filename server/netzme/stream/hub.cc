#include "server/netzme/stream/hub.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "server/netzme/stream/stream_message.h"

namespace kyc::netzme {
namespace {

// How long a committed event may wait for the next round.
constexpr absl::Duration kLongestPause = absl::Milliseconds(5);

void Erase(std::vector<Watcher*>& watchers, Watcher* watcher) {
  const auto at = std::find(watchers.begin(), watchers.end(), watcher);
  if (at == watchers.end()) return;
  *at = watchers.back();
  watchers.pop_back();
}

// Tells the log where to report, before its newest position is read: nothing falls between.
events::Position Follow(events::EventLog& log, events::EventLog::OnCommitted on_committed) {
  log.SetOnCommitted(std::move(on_committed));
  return log.ends().newest;
}

}  // namespace

Hub::Hub(events::EventLog& log, rpc::Loop& loop, Clocks clocks, RingLimits limits)
    : log_(log),
      loop_(loop),
      clocks_(std::move(clocks)),
      cursor_field_(netzme::CursorField(log.CursorText({}))),
      ring_(Follow(log,
                   [&loop, weak = std::weak_ptr<Hub*>(self_)](Committed events) {
                     loop.Post([weak, events = std::move(events)]() mutable {
                       if (const auto hub = weak.lock()) (*hub)->OnCommitted(std::move(events));
                     });
                   }),
            limits.events, limits.bytes) {
  log.SetOnTrimming([&loop, weak = std::weak_ptr<Hub*>(self_)](int64_t through) {
    loop.Post([weak, through] {
      if (const auto hub = weak.lock()) (*hub)->OnTrimming(through);
    });
  });
  log.SetOnRewritten([&loop, weak = std::weak_ptr<Hub*>(self_)] {
    loop.Post([weak] {
      if (const auto hub = weak.lock()) (*hub)->OnRewritten();
    });
  });
  log.SetOnLost([&loop, weak = std::weak_ptr<Hub*>(self_)](const absl::Status& why) {
    loop.Post([weak, why] {
      if (const auto hub = weak.lock()) (*hub)->OnLost(why);
    });
  });
}

template <typename Each>
void Hub::TellAll(Each each) {
  for (Watcher* watcher : others_) each(watcher);
  for (const auto& [reference, watchers] : by_reference_) {
    for (Watcher* watcher : watchers) each(watcher);
  }
}

Hub::~Hub() {
  if (next_round_ != 0) loop_.Cancel(next_round_);
}

void Hub::Add(Watcher* watcher, const Filter& filter) {
  if (filter.references().empty()) others_.push_back(watcher);
  for (const std::string& reference : filter.references()) {
    by_reference_[reference].push_back(watcher);
  }
}

void Hub::Remove(Watcher* watcher, const Filter& filter) {
  if (filter.references().empty()) Erase(others_, watcher);
  for (const std::string& reference : filter.references()) {
    const auto at = by_reference_.find(reference);
    if (at == by_reference_.end()) continue;
    Erase(at->second, watcher);
    if (at->second.empty()) by_reference_.erase(at);
  }
}

std::vector<Standing> Hub::Standings() const {
  absl::flat_hash_set<const Watcher*> all(others_.begin(), others_.end());
  for (const auto& [reference, watchers] : by_reference_) {
    all.insert(watchers.begin(), watchers.end());
  }
  const events::Position newest = this->newest();
  std::map<absl::string_view, Standing> callers;
  for (const Watcher* watcher : all) {
    Standing& standing = callers[watcher->caller()];
    const int64_t behind = watcher->behind(newest);
    ++standing.streams;
    if (behind > 0) ++standing.behind;
    standing.furthest = std::max(standing.furthest, behind);
  }
  std::vector<Standing> standings;
  for (auto& [caller, standing] : callers) {
    standing.caller = std::string(caller);
    standings.push_back(std::move(standing));
  }
  return standings;
}

events::Position Hub::newest() const {
  const events::Position logged = log_.ends().newest;
  return logged.sequence > ring_.newest().sequence ? logged : ring_.newest();
}

const grpc::Slice& Hub::CursorField(events::Position position) {
  if (position != cursor_position_) {
    cursor_field_ = netzme::CursorField(log_.CursorText(position));
    cursor_position_ = position;
  }
  return cursor_field_;
}

void Hub::OnCommitted(Committed events) {
  const absl::Time received = ReceivedTime(events->back().event);
  waiting_.push_back(std::move(events));
  if (next_round_ != 0) return;
  const absl::Time now = clocks_.steady();
  const bool in_pause = now < round_ended_ + pause_;
  if (!in_pause || received > round_ended_on_wall_) return Round();
  next_round_ = loop_.After(round_ended_ + pause_ - now, [this] {
    next_round_ = 0;
    Round();
  });
}

void Hub::Round() {
  const absl::Time began = clocks_.steady();
  TellOfWaiting();
  round_ended_ = clocks_.steady();
  round_ended_on_wall_ = clocks_.wall();
  pause_ = std::min(round_ended_ - began, kLongestPause);
}

void Hub::TellOfWaiting() {
  const std::vector<Committed> waiting = std::exchange(waiting_, {});
  common_.Clear();
  const events::Position before = ring_.newest();
  if (others_.empty() && by_reference_.empty()) {
    const events::Position newest = waiting.back()->back().position;
    if (newest.sequence > before.sequence) ring_.BeginAt(newest);
    return;
  }
  std::vector<std::pair<const std::string*, events::Position>> told;
  for (const Committed& events : waiting) {
    for (const events::Event& event : *events) {
      if (event.position.sequence <= ring_.newest().sequence) continue;
      // With a gap before it, too: the ring then begins behind it, and the log has all of it.
      told.emplace_back(&event.event.original_reference_no(), ring_.newest());
      ring_.Append(event);
    }
  }
  if (told.empty()) return;
  for (const auto& [reference, just_before] : told) {
    const auto at = by_reference_.find(*reference);
    if (at != by_reference_.end()) Tell(at->second, just_before);
  }
  Tell(others_, before);
}

void Hub::OnTrimming(int64_t through) {
  TellAll([through](Watcher* watcher) { watcher->OnTrimming(through); });
}

void Hub::OnLost(const absl::Status& why) {
  TellAll([&why](Watcher* watcher) { watcher->OnLost(why); });
}

// Who is behind reads the log from then on.
void Hub::OnRewritten() {
  if (!waiting_.empty()) Round();
  ring_.BeginAt(ring_.newest());
  common_.Clear();
}

void Hub::Tell(const Watchers& watchers, events::Position before) {
  for (Watcher* watcher : watchers) watcher->OnGrew(before);
}

}  // namespace kyc::netzme
