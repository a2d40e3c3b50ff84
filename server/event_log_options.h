// What the configuration says of the event log, as its engines take it. Pure.
#ifndef SERVER_EVENT_LOG_OPTIONS_H_
#define SERVER_EVENT_LOG_OPTIONS_H_

#include <vector>

#include "server/config/settings.h"
#include "server/crypto/sealer.h"
#include "server/events/postgres/proof.h"

namespace kyc {

std::vector<crypto::SealingKey> SealingKeysOf(const config::EventLog& from);

events::postgres::Durability DurabilityOf(const config::Postgres& from);

}  // namespace kyc

#endif  // SERVER_EVENT_LOG_OPTIONS_H_
