// Checks the block of the JetStream engine.
#ifndef SERVER_CONFIG_JETSTREAM_BLOCK_H_
#define SERVER_CONFIG_JETSTREAM_BLOCK_H_

#include "kyc/config/v1/config.pb.h"
#include "server/config/field_checks.h"
#include "server/config/settings.h"

namespace kyc::config {

JetStream CheckJetStream(const v1::JetStream& block, FieldChecks& checks);

}  // namespace kyc::config

#endif  // SERVER_CONFIG_JETSTREAM_BLOCK_H_
