// The newest calls, for the operators' console.
#ifndef SERVER_ADMIN_RECENT_CALLS_H_
#define SERVER_ADMIN_RECENT_CALLS_H_

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "server/call/ended_call.h"

namespace kyc::admin {

// Keeps the newest 200 calls that ended. Thread-safe. Owned by the gateway.
class RecentCalls {
 public:
  static constexpr size_t kKept = 200;

  void Add(const EndedCall& call);

  // Newest first: {"calls":[{"time","method","caller","code","reason","outcome","upstream",
  // "upstream_status","attempts","took_us","request_bytes","request_id"}]}, empty texts left out.
  std::string Json() const;

 private:
  mutable std::mutex mutex_;
  std::vector<EndedCall> calls_;  // A ring, once it is full. Guarded by mutex_, as what follows.
  size_t oldest_ = 0;
};

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_RECENT_CALLS_H_
