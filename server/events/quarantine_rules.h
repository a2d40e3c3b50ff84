// What the quarantine has room for. Pure.
#ifndef SERVER_EVENTS_QUARANTINE_RULES_H_
#define SERVER_EVENTS_QUARANTINE_RULES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/events/quarantine.h"

namespace kyc::events {

struct QuarantineLimits {
  // Of notifications that nobody has dealt with. Each of `accounts` has an equal share that is its
  // own, so that none fills it for the others, and another one for what was redriven. What an
  // account kept that is no longer configured stays, beside these, until it ages. Without any,
  // whoever has entries counts as the only one.
  int64_t max_entries = 10'000;
  int64_t max_bytes = 64 << 20;
  std::vector<std::string> accounts = {};
  // Of both kinds, from their first arrival.
  absl::Duration max_age = absl::Hours(24 * 90);
};

// Of a reply so much is kept.
inline constexpr size_t kMaxKeptReplyBytes = 64 << 10;

// What entries take, or may take.
struct QuarantineRoom {
  int64_t entries = 0;
  int64_t bytes = 0;
};

// What an account's notifications may take; what all replies together may take.
QuarantineRoom ShareOfAccount(const QuarantineLimits& limits);
QuarantineRoom RoomOfReplies(const QuarantineLimits& limits);

// Who uses how much of the quarantine.
class QuarantineUse {
 public:
  explicit QuarantineUse(const QuarantineLimits& limits) : limits_(limits) {}

  void Add(const QuarantineOwner& owner, QuarantineRoom room);
  void Remove(const QuarantineOwner& owner, int64_t bytes);

  // Whether one more entry of the owner's fits.
  bool HasRoom(const QuarantineOwner& owner, int64_t bytes) const;
  // Of what uses the most of the replies' room an entry makes room for a new one: what is rare
  // stays. Nullopt: there are none.
  absl::optional<QuarantineOwner> LargestOfReplies() const;
  // As Quarantine says.
  double UsedRatio() const;

 private:
  struct Before {
    bool operator()(const QuarantineOwner& a, const QuarantineOwner& b) const;
  };

  QuarantineRoom OfReplies() const;

  QuarantineLimits limits_;
  std::map<QuarantineOwner, QuarantineRoom, Before> rooms_;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_QUARANTINE_RULES_H_
