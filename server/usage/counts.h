// What was counted and is not stored yet.
#ifndef SERVER_USAGE_COUNTS_H_
#define SERVER_USAGE_COUNTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "server/events/usage.h"

namespace kyc::usage {

// Whose calls they are that no row was left for; no caller can have this name.
inline constexpr char kOthers[] = "(other)";

// A value. At most `max_rows` different keys; what comes beyond them is counted as kOthers' by day,
// method and what it means for the invoice, so that the sums stay right.
class Counts {
 public:
  explicit Counts(size_t max_rows = 10'000) : max_rows_(max_rows) {}

  void Add(const events::UsageKeyView& key);
  // All of them, which are then no longer here.
  std::vector<events::UsageCount> Take();

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(const events::UsageKeyView& key) const {
      return absl::Hash<events::UsageKeyView>()(key);
    }
    size_t operator()(const events::UsageKey& key) const { return (*this)(events::ViewOf(key)); }
  };
  struct Same {
    using is_transparent = void;
    bool operator()(const events::UsageKey& left, const events::UsageKey& right) const {
      return events::ViewOf(left) == events::ViewOf(right);
    }
    bool operator()(const events::UsageKey& left, const events::UsageKeyView& right) const {
      return events::ViewOf(left) == right;
    }
  };

  const size_t max_rows_;
  absl::flat_hash_map<events::UsageKey, int64_t, Hash, Same> calls_;
};

}  // namespace kyc::usage

#endif  // SERVER_USAGE_COUNTS_H_
