// What a caller must be allowed for a method, beside being known.
#ifndef SERVER_CONFIG_PERMISSION_H_
#define SERVER_CONFIG_PERMISSION_H_

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace kyc::config {

enum class Permission {
  kNone,
  kAdmin,         // Caller::allow_admin
  kPersonalData,  // Caller::allow_personal_data
  kAudit,         // Caller::allow_audit
};

// `method` is a service, or a service and a method of it: package.Service/Method.
inline Permission NeededFor(absl::string_view method) {
  const absl::string_view service = method.substr(0, method.find('/'));
  if (service == "kyc.admin.v1.PersonalDataService") return Permission::kPersonalData;
  if (service == "kyc.admin.v1.AuditService") return Permission::kAudit;
  return absl::StartsWith(service, "kyc.admin.v1.") ? Permission::kAdmin : Permission::kNone;
}

}  // namespace kyc::config

#endif  // SERVER_CONFIG_PERMISSION_H_
