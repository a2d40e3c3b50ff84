// What the console is told as long as somebody looks at it: server-sent events.
#ifndef SERVER_ADMIN_LIVE_H_
#define SERVER_ADMIN_LIVE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/admin/readiness.h"
#include "server/http/handler.h"

namespace kyc::admin {

// What it is told. All are thread-safe, and must not block.
struct LiveTexts {
  std::function<std::string()> metrics;  // In Prometheus' text format.
  std::function<std::string()> calls;    // {"calls":[...]}
  std::function<std::string()> others;   // A JSON object of what no metric says.
  std::function<std::vector<ReadyCheck>()> ready;
};

// Used by the listener's thread. Outlives the replies.
class Live {
 public:
  // More consoles than this are told to come again.
  static constexpr int kMostAtOnce = 16;

  explicit Live(LiveTexts texts, absl::Duration every = absl::Seconds(2));

  // A reply that goes on: an event at once, then one each `every`, whose data is the JSON object
  // {"ready","reasons","metrics","calls","watchers","log","usage"}; calls only where they are
  // others than in the event before. 503 while there are too many.
  http::HttpReply Reply() const;

 private:
  std::string Event(std::string& calls_before) const;

  const LiveTexts texts_;
  const absl::Duration every_;
  // One that is shared by each reply that goes on, and by this.
  const std::shared_ptr<int> open_ = std::make_shared<int>(0);
};

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_LIVE_H_
