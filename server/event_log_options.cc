#include "server/event_log_options.h"

#include <cstdint>

namespace kyc {

std::vector<crypto::SealingKey> SealingKeysOf(const config::EventLog& from) {
  std::vector<crypto::SealingKey> keys;
  for (const config::SealingKey& key : from.sealing_keys) {
    keys.push_back({static_cast<uint8_t>(key.id), key.key});
  }
  return keys;
}

events::postgres::Durability DurabilityOf(const config::Postgres& from) {
  using By = events::postgres::Durability::By;
  switch (from.durability) {
    case config::PostgresDurability::kLocal:
      return {By::kLocal, 0, {}};
    case config::PostgresDurability::kEngine:
      return {By::kEngine, 0, {}};
    case config::PostgresDurability::kStandbys:
      break;
  }
  return {By::kStandbys, from.standbys, from.standby_names};
}

}  // namespace kyc
