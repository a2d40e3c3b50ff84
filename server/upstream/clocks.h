// The way of a deadline from one clock to another.
#ifndef SERVER_UPSTREAM_CLOCKS_H_
#define SERVER_UPSTREAM_CLOCKS_H_

#include "server/upstream/http.h"
#include "server/upstream/timing.h"

namespace kyc::upstream {

// Passes calls on with their deadline, a time of the clock `from`, told as a time of the clock
// `to`: as much time is left on both.
SendHttp MoveDeadline(SendHttp next, Now from, Now to);

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_CLOCKS_H_
