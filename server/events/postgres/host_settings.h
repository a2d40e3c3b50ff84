// Whether the servers are set up so that what the gateway promises can be kept.
#ifndef SERVER_EVENTS_POSTGRES_HOST_SETTINGS_H_
#define SERVER_EVENTS_POSTGRES_HOST_SETTINGS_H_

#include <string>
#include <vector>

#include "absl/types/optional.h"
#include "server/events/postgres/proof.h"
#include "server/events/postgres/servers.h"

namespace kyc::events::postgres {

// What one host says.
struct HostSettings {
  std::string host;
  std::string fsync;
  std::string full_page_writes;
  std::string data_checksums;
  std::string synchronous_commit;
  std::string synchronous_standby_names;
  bool sees_standbys = false;  // pg_read_all_stats: else no proof can be made there.
  bool leads = false;          // It takes writes.
  // Patroni is connected to it: that sets the names, on whichever server leads and on no other.
  bool under_patroni = false;
};

// What is wrong, in words; empty if nothing is. None of a host: it does not answer. Pure.
std::vector<std::string> FaultsOf(const std::vector<absl::optional<HostSettings>>& hosts,
                                  const std::vector<std::string>& names,
                                  const Durability& durability);

// Asks every host. Blocks.
std::vector<absl::optional<HostSettings>> AskHosts(const Servers& servers);

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_HOST_SETTINGS_H_
