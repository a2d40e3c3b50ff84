// The listeners of the configuration, checked. Pure but for the files that FieldChecks reads.
#ifndef SERVER_CONFIG_LISTENER_BLOCK_H_
#define SERVER_CONFIG_LISTENER_BLOCK_H_

#include <string>
#include <vector>

#include "kyc/config/v1/config.pb.h"
#include "server/config/field_checks.h"
#include "server/config/settings.h"

namespace kyc::config {

std::vector<Listener> CheckGrpcListeners(const v1::Grpc& block, FieldChecks& checks);

// Of the blocks whose listener's fields stand in the block itself.
Listener CheckWebhookListener(const v1::Webhook& block, FieldChecks& checks);
Listener CheckAdminListener(const v1::Admin& block, FieldChecks& checks);

// Every two listeners that would have one address.
void CheckListenersDiffer(const v1::Config& config, FieldChecks& checks);

}  // namespace kyc::config

#endif  // SERVER_CONFIG_LISTENER_BLOCK_H_
