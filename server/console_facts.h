// What the console shows and no metric says: who watches and how far behind, how much the log
// holds, and what callers used today.
#ifndef SERVER_CONSOLE_FACTS_H_
#define SERVER_CONSOLE_FACTS_H_

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/call/steady_now.h"
#include "server/call/worker_pool.h"
#include "server/events/event_log.h"
#include "server/events/usage.h"
#include "server/netzme/stream/standing.h"
#include "server/usage/days.h"

namespace kyc {

// Thread-safe. Owned by the gateway; goes before what it asks. It asks while somebody looks only:
// what it tells was found out for the question before, and is at most as old as that.
class ConsoleFacts {
 public:
  using OnStandings = std::function<void(std::vector<netzme::Standing>)>;

  // What it asks. Null: there is none.
  struct Sources {
    const events::EventLog* log = nullptr;
    const events::Usage* usage = nullptr;
    // Answers later, on any thread, or never.
    std::function<void(OnStandings)> watchers = nullptr;
  };

  ConsoleFacts(Sources sources, usage::Days days);

  // {"watchers":[{"caller","streams","behind","furthest"}],"log":{"events","oldest"},
  // "usage":{"date","rows":[{"caller","answered","may_be_billed","not_billed"}]}}; log and usage
  // are null where there is none, or nothing is known yet.
  std::string Json();

 private:
  // As JSON. Shared with what is still asked.
  struct Known {
    std::mutex mutex;
    std::string watchers = "[]";  // Guarded by mutex, as what follows.
    std::string usage = "null";
    bool reading = false;
    absl::Time read = absl::InfinitePast();
  };

  void AskUsage();

  const Sources sources_;
  const usage::Days days_;
  const std::shared_ptr<Known> known_ = std::make_shared<Known>();
  WorkerPool reader_{1};  // Goes first.
};

}  // namespace kyc

#endif  // SERVER_CONSOLE_FACTS_H_
