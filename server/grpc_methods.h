// Every rpc of ours, by name: which service answers it and which of its fields are large.
#ifndef SERVER_GRPC_METHODS_H_
#define SERVER_GRPC_METHODS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/admin/audit_service.h"
#include "server/admin/event_log_service.h"
#include "server/admin/personal_data_service.h"
#include "server/admin/usage_service.h"
#include "server/events/audit.h"
#include "server/finpay/service.h"
#include "server/netzme/stream/upgrade_service.h"
#include "server/netzme/webhook/quarantine_service.h"
#include "server/once/keyed_calls.h"
#include "server/rpc/loop.h"
#include "server/rpc/method.h"
#include "server/usage/meter.h"
#include "server/widekyc/service.h"

namespace kyc {

// A service's name, as health and reflection show it, and its methods. The service given outlives
// the methods.
struct ServiceMethods {
  std::string name;
  std::vector<rpc::Method> methods;
};

// What the calls of both upstreams go through.
struct PaidCalls {
  std::shared_ptr<once::KeyedCalls> keyed;
  std::shared_ptr<usage::Meter> meter;
};
// Whether a method, "package.Service/Method", is one of theirs.
bool GoesToAnUpstream(absl::string_view method);
ServiceMethods MethodsOf(const finpay::UpgradeAccountService& service, int64_t max_image_bytes,
                         const PaidCalls& calls);
ServiceMethods MethodsOf(const widekyc::WideKycService& service, int64_t max_image_bytes,
                         const PaidCalls& calls);
ServiceMethods MethodsOf(netzme::UpgradeService& service);
// What changes something, or shows a body or the audit log, is noted in that first: where it cannot
// be, it is answered LOG_UNAVAILABLE. Both outlive the methods.
struct Auditing {
  events::Audit* audit;
  rpc::Loop* loop;
};
ServiceMethods MethodsOf(netzme::QuarantineService& service, const Auditing& auditing);
ServiceMethods MethodsOf(admin::EventLogService& service, const Auditing& auditing);
ServiceMethods MethodsOf(admin::PersonalDataService& service, const Auditing& auditing);
ServiceMethods MethodsOf(admin::AuditService& service, const Auditing& auditing);
ServiceMethods MethodsOf(admin::UsageService& service);

}  // namespace kyc

#endif  // SERVER_GRPC_METHODS_H_
