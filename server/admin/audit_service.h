// kyc.admin.v1.AuditService over the audit log.
#ifndef SERVER_ADMIN_AUDIT_SERVICE_H_
#define SERVER_ADMIN_AUDIT_SERVICE_H_

#include <stop_token>
#include <utility>

#include "kyc/admin/v1/audit.pb.h"
#include "server/call/call_context.h"
#include "server/call/run_blocking.h"
#include "server/events/audit.h"

namespace kyc::admin {

// Thread-safe. For callers with allow_audit, as config::NeededFor says. Errors: the proto's.
// Answers come at once, or on a thread of the pool.
class AuditService {
 public:
  // `audit` outlives the service and the last job of the pool.
  AuditService(events::Audit& audit, RunBlocking run_blocking)
      : audit_(audit), run_blocking_(std::move(run_blocking)) {}

  void List(CallContext context, v1::ListAuditEntriesRequest request,
            Done<v1::ListAuditEntriesResponse> done);

 private:
  // Each read waits for the pool anew: a long list holds up nobody's short look-up.
  void ReadOn(std::stop_token cancel, events::AuditQuery query, v1::ListAuditEntriesResponse page,
              int reads_left, Done<v1::ListAuditEntriesResponse> done);

  events::Audit& audit_;
  const RunBlocking run_blocking_;
};

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_AUDIT_SERVICE_H_
