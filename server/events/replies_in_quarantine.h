// Upstreams' replies that could not be read, kept in the quarantine.
#ifndef SERVER_EVENTS_REPLIES_IN_QUARANTINE_H_
#define SERVER_EVENTS_REPLIES_IN_QUARANTINE_H_

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/time/time.h"
#include "server/call/kept_replies.h"
#include "server/call/metrics.h"
#include "server/call/repeated_lines.h"
#include "server/call/steady_now.h"
#include "server/events/quarantine.h"

namespace kyc::events {

// So many replies of all upstreams wait for the event log at once: the places in its queue are the
// notifications'.
inline constexpr int kMaxWaitingReplies = 64;

// What is kept of a reply: of its body the first kMaxKeptReplyBytes, in memory of that size.
BodyToKeep EntryOf(KeptReply reply);

// Thread-safe. An upstream that suddenly sends something else sends it to every call, and the log
// has notifications to write: so of each endpoint and account 16 replies are kept at once and then
// one a second, while fewer than kMaxWaitingReplies wait; the others are dropped and counted. Each
// is told to the operator by a line without its body.
class RepliesInQuarantine final : public KeptReplies {
 public:
  // `quarantine` and `metrics` outlive it, and `metrics` the last answer of `quarantine`.
  RepliesInQuarantine(Quarantine& quarantine, Metrics& metrics, RepeatedLines::Write log,
                      std::function<absl::Time()> steady_clock = SteadyNow);

  void Keep(KeptReply reply) override;

 private:
  // How many more may be kept at `at`.
  struct Allowance {
    double replies = 0;
    absl::Time at;
  };

  bool MayKeep(const std::string& of);

  Quarantine& quarantine_;
  Metrics& metrics_;
  // The quarantine may answer when this is gone.
  const std::shared_ptr<RepeatedLines> lines_;
  const std::shared_ptr<std::atomic<int>> waiting_ = std::make_shared<std::atomic<int>>(0);
  const std::function<absl::Time()> clock_;
  std::mutex mutex_;
  std::map<std::string, Allowance> allowances_;  // Guarded by mutex_. One an endpoint and account.
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_REPLIES_IN_QUARANTINE_H_
