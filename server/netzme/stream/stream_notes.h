// What streams with VIEW_FULL may show is noted in the audit log before they show it.
#ifndef SERVER_NETZME_STREAM_STREAM_NOTES_H_
#define SERVER_NETZME_STREAM_STREAM_NOTES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/node_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/call/call_context.h"
#include "server/events/audit.h"
#include "server/rpc/loop.h"

namespace kyc::netzme {

// Whose stream it is and for what; of whom only, where it filters by few names.
struct Viewer {
  std::string caller;
  std::string purpose;
  std::vector<std::string> references = {};
  std::vector<std::string> cust_ids = {};  // Empty beside references.
};
Viewer ViewerOf(const CallContext& context, const ::netzme::v1::UpgradeFilter& filter);

// What a stream may show: it is noted. Nothing, at first.
struct Grant {
  int64_t first = 0;
  int64_t through = 0;
  absl::Time until = absl::InfinitePast();
};
inline constexpr absl::Duration kGrantLife = absl::Seconds(10);

// How many events a stream is likely to show in a grant's life, at most 1,000: as many as it was
// shown while its last one lasted. None where it shows few, so that an entry says no more than was
// shown. Pure.
int64_t EventsAhead(const Grant& last, int64_t shown_through, absl::Time now);

// One entry for all streams of a caller, for one purpose and filter, that stand at the same place,
// and for what they show in the next ten seconds: so a stream costs an entry each ten seconds or
// thousand events. Loop thread only; owned by the service.
class StreamNotes {
 public:
  // What is asked for: events that are to be shown now, and through where they may soon be.
  struct Wish {
    int64_t first = 0;
    int64_t through = 0;
    int64_t ahead = 0;
  };
  // Told what is noted, or LOG_UNAVAILABLE: then nothing may be shown.
  using Then = absl::AnyInvocable<void(absl::StatusOr<Grant>) &&>;

  // `audit` may be null: then nothing is to be noted.
  StreamNotes(events::Audit* audit, rpc::Loop& loop, std::function<absl::Time()> steady_clock)
      : audit_(audit), loop_(loop), clock_(std::move(steady_clock)) {}
  StreamNotes(const StreamNotes&) = delete;
  StreamNotes& operator=(const StreamNotes&) = delete;

  bool needed() const { return audit_ != nullptr; }

  // Notes what the stream wishes, unless that was noted just now. `then` may come at once.
  void Note(const std::shared_ptr<const Viewer>& viewer, Wish wish, Then then);

 private:
  struct Asked {
    Wish wish;
    Then then;
  };
  // Of a viewer.
  struct Line {
    std::shared_ptr<const Viewer> viewer;
    Grant newest;
    std::vector<Grant> under_way;  // In order.
    std::vector<Asked> being_noted;
    std::vector<Asked> waiting;  // Until that is noted.
  };

  void Begin(const std::string& key, Line& line);
  void OnNoted(const std::string& key, const absl::Status& noted);
  void ForgetIdle();

  events::Audit* const audit_;
  rpc::Loop& loop_;
  const std::function<absl::Time()> clock_;
  absl::node_hash_map<std::string, Line> lines_;
  // What comes back from the log when this is gone goes nowhere.
  std::shared_ptr<StreamNotes*> self_ = std::make_shared<StreamNotes*>(this);
};

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_STREAM_STREAM_NOTES_H_
