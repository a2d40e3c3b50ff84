// Every rpc of ours, by name: which service answers it and which of its fields are large.
#ifndef SERVER_GRPC_METHODS_H_
#define SERVER_GRPC_METHODS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/admin/event_log_service.h"
#include "server/admin/personal_data_service.h"
#include "server/finpay/service.h"
#include "server/netzme/stream/upgrade_service.h"
#include "server/netzme/webhook/quarantine_service.h"
#include "server/once/keyed_calls.h"
#include "server/rpc/method.h"
#include "server/widekyc/service.h"

namespace kyc {

// A service's name, as health and reflection show it, and its methods. The service given outlives
// the methods.
struct ServiceMethods {
  std::string name;
  std::vector<rpc::Method> methods;
};

ServiceMethods MethodsOf(const finpay::UpgradeAccountService& service, int64_t max_image_bytes,
                         const std::shared_ptr<once::KeyedCalls>& keyed);
ServiceMethods MethodsOf(const widekyc::WideKycService& service, int64_t max_image_bytes,
                         const std::shared_ptr<once::KeyedCalls>& keyed);
ServiceMethods MethodsOf(netzme::UpgradeService& service);
ServiceMethods MethodsOf(netzme::QuarantineService& service);
ServiceMethods MethodsOf(admin::EventLogService& service);
ServiceMethods MethodsOf(admin::PersonalDataService& service);

}  // namespace kyc

#endif  // SERVER_GRPC_METHODS_H_
