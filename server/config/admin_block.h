// The operators' listener of the configuration, checked. Pure but for the files that FieldChecks
// reads.
#ifndef SERVER_CONFIG_ADMIN_BLOCK_H_
#define SERVER_CONFIG_ADMIN_BLOCK_H_

#include "kyc/config/v1/config.pb.h"
#include "server/config/field_checks.h"
#include "server/config/settings.h"

namespace kyc::config {

Admin CheckAdmin(const v1::Admin& block, FieldChecks& checks);

}  // namespace kyc::config

#endif  // SERVER_CONFIG_ADMIN_BLOCK_H_
