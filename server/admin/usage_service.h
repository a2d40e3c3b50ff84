// kyc.admin.v1.UsageService over what was counted.
#ifndef SERVER_ADMIN_USAGE_SERVICE_H_
#define SERVER_ADMIN_USAGE_SERVICE_H_

#include <utility>

#include "kyc/admin/v1/usage.pb.h"
#include "server/call/call_context.h"
#include "server/call/run_blocking.h"
#include "server/events/usage.h"

namespace kyc::admin {

// Thread-safe. For callers with allow_admin, as config::NeededFor says. Errors: the proto's.
// Answers come at once, or on a thread of the pool.
class UsageService {
 public:
  // `usage` outlives the service and the last job of the pool.
  UsageService(const events::Usage& usage, RunBlocking run_blocking)
      : usage_(usage), run_blocking_(std::move(run_blocking)) {}

  void List(CallContext context, v1::ListUsageRequest request, Done<v1::ListUsageResponse> done);

 private:
  const events::Usage& usage_;
  const RunBlocking run_blocking_;
};

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_USAGE_SERVICE_H_
