// The thread that has older keys' texts sealed again.
#ifndef SERVER_EVENTS_RESEALER_H_
#define SERVER_EVENTS_RESEALER_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/call/metrics.h"
#include "server/events/reseal.h"

namespace kyc::events {

struct ResealerOptions {
  // Between two steps, so that at most 2,560 rows a second are sealed again.
  absl::Duration pause = absl::Milliseconds(50);
  // After a step that the engine could not do.
  absl::Duration pause_after_failure = absl::Seconds(1);
  absl::Duration say_every = absl::Minutes(1);
};

// Waits until nobody seals with an older key, then goes through all that is sealed, again and
// again, until a whole pass finds nothing of another key: then it has the older ones retired. Keeps
// nothing of its own: after a restart it begins anew, and passes by what is done. Owned by a log.
class Resealer {
 public:
  // `keys` are the older ones' ids, as text; `metrics` is not owned; `say` takes a line for the
  // operator, on its thread.
  Resealer(ResealerOptions options, std::string keys, ResealWork work, Metrics& metrics,
           std::function<void(absl::string_view)> say);
  // Waits for the step that runs.
  ~Resealer();

 private:
  struct Pass {
    int64_t sealed = 0;
    int64_t unopened = 0;
    int64_t skipped = 0;
  };
  enum class End { kDone, kAnew, kEnding };

  void Run();
  End RunOnce();
  // Until it is closed. False when it is to end, as all that follow.
  bool Close();
  bool RunPass(Pass& pass);
  End Retire();
  bool Wait(absl::Duration duration);
  void SayNowAndThen(const std::string& line);
  void SayFailure(const absl::Status& why);

  const ResealerOptions options_;
  const std::string keys_;
  const ResealWork work_;
  Metrics& metrics_;
  const std::function<void(absl::string_view)> say_;
  int64_t sealed_ = 0;  // The thread's, as what follows.
  absl::Time said_;     // Of the steady clock.
  std::mutex mutex_;
  std::condition_variable ending_changed_;
  bool ending_ = false;  // Guarded by mutex_.
  std::thread thread_;   // Last: it uses all the others.
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_RESEALER_H_
