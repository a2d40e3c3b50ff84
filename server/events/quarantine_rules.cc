#include "server/events/quarantine_rules.h"

#include <algorithm>
#include <tuple>

#include "absl/algorithm/container.h"

namespace kyc::events {
namespace {

bool Fits(const QuarantineRoom& used, int64_t bytes, const QuarantineRoom& room) {
  return used.entries + 1 <= room.entries && used.bytes + bytes <= room.bytes;
}

double Ratio(const QuarantineRoom& used, const QuarantineRoom& room) {
  return std::max(static_cast<double>(used.entries) / static_cast<double>(room.entries),
                  static_cast<double>(used.bytes) / static_cast<double>(room.bytes));
}

}  // namespace

QuarantineRoom ShareOfAccount(const QuarantineLimits& limits) {
  const auto accounts = std::max<int64_t>(static_cast<int64_t>(limits.accounts.size()), 1);
  return {std::max<int64_t>(limits.max_entries / accounts, 1),
          std::max<int64_t>(limits.max_bytes / accounts, 1)};
}

QuarantineRoom RoomOfReplies(const QuarantineLimits& limits) {
  return {std::max<int64_t>(limits.max_entries / 10, 1),
          std::max<int64_t>(limits.max_bytes / 4, 1)};
}

bool QuarantineUse::Before::operator()(const QuarantineOwner& a, const QuarantineOwner& b) const {
  return std::tie(a.kind, a.account, a.source) < std::tie(b.kind, b.account, b.source);
}

void QuarantineUse::Add(const QuarantineOwner& owner, QuarantineRoom room) {
  QuarantineRoom& used = rooms_[owner];
  used.entries += room.entries;
  used.bytes += room.bytes;
}

void QuarantineUse::Remove(const QuarantineOwner& owner, int64_t bytes) {
  const auto at = rooms_.find(owner);
  if (at == rooms_.end()) return;
  at->second.entries -= 1;
  at->second.bytes -= bytes;
  if (at->second.entries <= 0) rooms_.erase(at);
}

QuarantineRoom QuarantineUse::OfReplies() const {
  QuarantineRoom all;
  for (const auto& [owner, used] : rooms_) {
    if (owner.kind != QuarantinedKind::kReply) continue;
    all.entries += used.entries;
    all.bytes += used.bytes;
  }
  return all;
}

bool QuarantineUse::HasRoom(const QuarantineOwner& owner, int64_t bytes) const {
  if (owner.kind == QuarantinedKind::kReply)
    return Fits(OfReplies(), bytes, RoomOfReplies(limits_));
  const auto at = rooms_.find(owner);
  const QuarantineRoom used = at == rooms_.end() ? QuarantineRoom() : at->second;
  return Fits(used, bytes, ShareOfAccount(limits_));
}

absl::optional<QuarantineOwner> QuarantineUse::LargestOfReplies() const {
  const QuarantineRoom room = RoomOfReplies(limits_);
  absl::optional<QuarantineOwner> largest;
  double largest_ratio = 0;
  for (const auto& [owner, used] : rooms_) {
    const double ratio = Ratio(used, room);
    if (owner.kind != QuarantinedKind::kReply || ratio <= largest_ratio) continue;
    largest = owner;
    largest_ratio = ratio;
  }
  return largest;
}

double QuarantineUse::UsedRatio() const {
  double ratio = 0;
  for (const auto& [owner, used] : rooms_) {
    // What nobody sends any more keeps nothing out.
    const bool sends =
        limits_.accounts.empty() || absl::c_linear_search(limits_.accounts, owner.account);
    if (owner.kind != QuarantinedKind::kNotification || !sends) continue;
    ratio = std::max(ratio, Ratio(used, ShareOfAccount(limits_)));
  }
  return ratio;
}

}  // namespace kyc::events
