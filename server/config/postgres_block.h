// Checks the block of the PostgreSQL engine.
#ifndef SERVER_CONFIG_POSTGRES_BLOCK_H_
#define SERVER_CONFIG_POSTGRES_BLOCK_H_

#include "kyc/config/v1/config.pb.h"
#include "server/config/field_checks.h"
#include "server/config/settings.h"

namespace kyc::config {

Postgres CheckPostgres(const v1::Postgres& block, FieldChecks& checks);

}  // namespace kyc::config

#endif  // SERVER_CONFIG_POSTGRES_BLOCK_H_
