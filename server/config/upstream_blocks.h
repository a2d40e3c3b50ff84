// Checks the blocks of the two upstreams.
#ifndef SERVER_CONFIG_UPSTREAM_BLOCKS_H_
#define SERVER_CONFIG_UPSTREAM_BLOCKS_H_

#include "kyc/config/v1/config.pb.h"
#include "server/config/field_checks.h"
#include "server/config/settings.h"

namespace kyc::config {

Finpay CheckFinpay(const v1::Finpay& block, FieldChecks& checks);
WideKyc CheckWideKyc(const v1::WideKyc& block, FieldChecks& checks);

}  // namespace kyc::config

#endif  // SERVER_CONFIG_UPSTREAM_BLOCKS_H_
