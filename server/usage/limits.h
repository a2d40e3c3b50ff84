// How many calls a caller may make: a second, and a day.
#ifndef SERVER_USAGE_LIMITS_H_
#define SERVER_USAGE_LIMITS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/events/usage.h"
#include "server/usage/call_to.h"

namespace kyc::usage {

// 0: no limit.
struct Limit {
  std::string caller = {};
  std::string method = {};  // Empty: all of its calls together.
  int64_t calls_per_second = 0;
  int64_t burst = 0;  // How many at once after quiet; at least 1 with calls_per_second.
  int64_t calls_per_day = 0;
};

// Why a call may not be made.
struct OverLimit {
  enum class Kind { kSecond, kDay };
  Kind kind = Kind::kSecond;
  absl::Duration retry_after;  // Of kSecond.
};

// How far a day's limit is used.
struct DayUse {
  std::string caller;
  std::string method;
  int64_t used = 0;
  int64_t limit = 0;
};

// A value. Of a day counts what may have reached the upstream: calls under way, those counted and
// not stored yet, and what the store has, whichever process counted it. A call must be within every
// limit that it falls under.
class Limits {
 public:
  // A limit of the same caller and method as before goes on where that was.
  void Use(std::vector<Limit> limits);
  bool has_days() const { return has_days_; }
  bool HasAnyOf(absl::string_view caller) const { return rules_.contains(caller); }

  // None: the call may be made, and is under way until its End. `now` is of the steady clock.
  absl::optional<OverLimit> Begin(const CallTo& call, absl::Time now, int64_t day);
  // `reached`: it may have reached the upstream.
  void End(const CallTo& call, bool reached, int64_t day);

  // What has ended until now is being stored.
  void Taken();
  // What was taken last is stored.
  void Stored();
  // What the store has of a day, by caller, method and billing: it includes all that was Stored.
  void UseTotals(int64_t day, const std::vector<events::UsageCount>& totals);

  std::vector<DayUse> Days(int64_t day);

 private:
  struct Rule {
    Limit limit;
    // Of the second: how many may go now, when it was so.
    double tokens = 0;
    absl::Time at = absl::InfinitePast();
    // Of the day.
    int64_t under_way = 0;
    int64_t ended = 0;  // And not taken.
    int64_t taken = 0;  // And not stored.
    int64_t stored = 0;

    bool IsOf(const CallTo& call) const {
      return limit.method.empty() || limit.method == call.method;
    }
    int64_t used() const { return under_way + ended + taken + stored; }
    void Refill(absl::Time now);
  };

  void TurnTo(int64_t day);
  std::vector<Rule>* RulesOf(absl::string_view caller);

  absl::flat_hash_map<std::string, std::vector<Rule>> rules_;  // By caller.
  bool has_days_ = false;
  int64_t day_ = 0;
};

}  // namespace kyc::usage

#endif  // SERVER_USAGE_LIMITS_H_
