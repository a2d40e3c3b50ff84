// Who used what: calls to upstreams, added up by day and by what they mean for an invoice.
#ifndef SERVER_EVENTS_USAGE_H_
#define SERVER_EVENTS_USAGE_H_

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace kyc::events {

// What a call means for the upstream's invoice, as far as the gateway knows. The numbers are
// stored.
enum class Billing {
  kSurelyNotBilled = 1,  // Nothing of it reached the upstream.
  kMayBeBilled = 2,      // It left, and nobody knows what became of it.
  kAnswered = 3,         // The upstream answered: success, or a reason.
};

// What calls are counted by. Nothing in it is anybody's personal data.
struct UsageKey {
  int64_t day = 0;  // Days since 1970-01-01, in the zone of whoever counts.
  std::string caller = {};
  std::string account = {};  // Empty: the call ended before it was known.
  std::string method = {};   // "package.Service/Method"
  Billing billing = Billing::kMayBeBilled;
  std::string reason = {};  // Of its error. Empty: success.
};

// For comparing and finding without copies.
using UsageKeyView = std::tuple<int64_t, absl::string_view, absl::string_view, absl::string_view,
                                Billing, absl::string_view>;
inline UsageKeyView ViewOf(const UsageKey& key) {
  return {key.day, key.caller, key.account, key.method, key.billing, key.reason};
}

struct UsageCount {
  UsageKey key;
  int64_t calls = 0;
};

// Some counts, to be added at once. A process numbers its own from 1 on.
struct UsageBatch {
  int64_t number = 0;
  std::vector<UsageCount> counts;
};

// Which counts, added up by what is grouped by; what is not is empty, or 0, in the rows.
struct UsageQuery {
  int64_t first_day = 0;
  int64_t last_day = 0;
  bool by_day = false;
  bool by_caller = false;
  bool by_account = false;
  bool by_method = false;
  bool by_billing = false;
  bool by_reason = false;
  absl::optional<UsageKey> after = {};  // Only rows after it.
  int limit = 0;
};

// Thread-safe. The engines of the event log implement it over their own tables and writers.
class Usage {
 public:
  virtual ~Usage() = default;

  // Adds a batch of this process's, once however often it is called with it: while it is not known
  // to be added, it is repeated unchanged and no later one is begun. Durable when `done` is called
  // with OK. Bounded as EventLog::Append is. Returns at once.
  virtual void AddUsage(UsageBatch batch, absl::AnyInvocable<void(absl::Status) &&> done) = 0;

  // At most `limit` rows in the order of UsageKeyView. Blocks.
  virtual absl::StatusOr<std::vector<UsageCount>> ListUsage(const UsageQuery& query) const = 0;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_USAGE_H_
