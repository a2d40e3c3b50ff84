// Waiting for files, servers' sockets among them.
#ifndef SERVER_EVENTS_POSTGRES_AWAIT_H_
#define SERVER_EVENTS_POSTGRES_AWAIT_H_

#include <vector>

#include "absl/time/time.h"

namespace kyc::events::postgres {

// As poll(2) has it.
struct AwaitedFile {
  int file = -1;
  short events = 0;
};

// Waits until something happens on one of them, or for as long as `limit`.
void AwaitAny(const std::vector<AwaitedFile>& files, absl::Duration limit);
// Only waits.
inline void Await(absl::Duration limit) { AwaitAny({}, limit); }

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_AWAIT_H_
