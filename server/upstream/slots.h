// A limit on the calls to one upstream at once, with a short and bounded wait.
#ifndef SERVER_UPSTREAM_SLOTS_H_
#define SERVER_UPSTREAM_SLOTS_H_

#include <cstdint>
#include <functional>

#include "absl/time/time.h"
#include "server/upstream/http.h"
#include "server/upstream/timing.h"

namespace kyc::upstream {

struct SlotOptions {
  int slots = 2000;
  int max_waiting = 500;
  absl::Duration slot_wait = absl::Milliseconds(250);
};

// A call takes a slot until it is answered. Without a free one it waits in line: it leaves with
// kNoSlot (try again in 1 s) when the wait is over or the line is full, with kCallerDeadline or
// kCancelled at once when its caller gives up; all of these are not sent. `on_change` is told the
// slots in use and the calls in line, in order; it must not block or send.
SendHttp LimitSlots(SendHttp next, SlotOptions options, After after, Now now,
                    std::function<void(int64_t used, int64_t waiting)> on_change);

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_SLOTS_H_
