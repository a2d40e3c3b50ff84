// What many connections send together: each may stay below its own bounds, and all of them still
// keep the server from serving others.
#ifndef SERVER_FRAMES_CROWD_H_
#define SERVER_FRAMES_CROWD_H_

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "server/frames/frame_counter.h"

namespace kyc::frames {

// What one source may send in any second, and all of them. As resets as many as all calls that wait
// for a handful of upstreams; as work more than calls that are answered can bring.
inline constexpr Cost kOfASource = {.control = 10'000, .pings = 50'000, .work = 1'250'000};
inline constexpr Cost kOfAll = {.control = 20'000, .pings = 100'000, .work = 1'500'000};

// The last second of each source. Who sent nothing in it is not known, so it knows no more sources
// than have had connections in that time. Thread-safe.
class Crowd {
 public:
  // Notes what a connection of that source has sent, and that the server will read: kNone. Or why
  // it may not, and the connection has to end: then it is not noted. Where all together are above
  // their bound, those end whose source is above an equal part of it.
  Excess Pay(absl::string_view source, const Cost& cost, int64_t steady_ns);

  // Whose last second is known.
  size_t size() const;

 private:
  struct Second {
    absl::flat_hash_map<std::string, Cost> of;
    Cost all;
  };

  void TurnTo(int64_t second) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  int64_t second_ ABSL_GUARDED_BY(mutex_) = 0;
  Second now_ ABSL_GUARDED_BY(mutex_), before_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace kyc::frames

#endif  // SERVER_FRAMES_CROWD_H_
