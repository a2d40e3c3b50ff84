// How many connections may be open, checked. Pure.
#ifndef SERVER_CONFIG_CONNECTIONS_BLOCK_H_
#define SERVER_CONFIG_CONNECTIONS_BLOCK_H_

#include <string>

#include "kyc/config/v1/config.pb.h"
#include "server/config/field_checks.h"
#include "server/config/settings.h"

namespace kyc::config {

// `at` is the block's name, for the faults.
Connections CheckConnections(const std::string& at, const v1::Connections& block,
                             FieldChecks& checks);

}  // namespace kyc::config

#endif  // SERVER_CONFIG_CONNECTIONS_BLOCK_H_
