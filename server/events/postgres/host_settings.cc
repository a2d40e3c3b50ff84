#include "server/events/postgres/host_settings.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/events/postgres/waited_for.h"

namespace kyc::events::postgres {
namespace {

constexpr absl::Duration kTripLimit = absl::Seconds(2);

constexpr char kAsk[] =
    "SELECT current_setting('fsync'), current_setting('full_page_writes'), "
    "current_setting('data_checksums'), current_setting('synchronous_commit'), "
    "current_setting('synchronous_standby_names'), "
    "pg_has_role(current_user, 'pg_read_all_stats', 'USAGE'), NOT pg_is_in_recovery(), "
    "EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE 'Patroni%')";

void AddUnlessOn(absl::string_view setting, const std::string& value, absl::string_view then,
                 const std::string& host, std::vector<std::string>& faults) {
  if (value != "on") faults.push_back(absl::StrCat(host, ": ", setting, " is ", value, ": ", then));
}

void AddFaultsOf(const HostSettings& host, const Durability& durability,
                 std::vector<std::string>& faults) {
  AddUnlessOn("fsync", host.fsync, "nothing it commits is safe, nothing is acknowledged", host.host,
              faults);
  AddUnlessOn("full_page_writes", host.full_page_writes, "a crash may tear its pages", host.host,
              faults);
  AddUnlessOn("data_checksums", host.data_checksums, "damage of its disk stays unseen", host.host,
              faults);
  if (durability.by != Durability::By::kStandbys) return;
  if (host.synchronous_commit != "on" && host.synchronous_commit != "remote_apply") {
    faults.push_back(absl::StrCat(host.host, ": synchronous_commit is ", host.synchronous_commit,
                                  " for other sessions; the gateway's own is on"));
  }
  if (!host.sees_standbys) {
    faults.push_back(
        absl::StrCat(host.host,
                     ": the role lacks pg_read_all_stats: nothing can be proven, nothing is "
                     "acknowledged"));
  }
}

// Of a server that leads, or that nobody but an operator would have lead.
void AddFaultsOfNames(const HostSettings& host, const Durability& durability,
                      std::vector<std::string>& faults) {
  const WaitedFor waited = WaitedForIn(host.synchronous_standby_names);
  const auto fault = [&](absl::string_view text) {
    faults.push_back(absl::StrCat(host.host, ": synchronous_standby_names ", text));
  };
  if (host.synchronous_standby_names.empty()) {
    fault(host.under_patroni
              ? "is empty: commits do not wait for standbys, and Patroni may have one lead that "
                "lacks what was acknowledged; set synchronous_mode and synchronous_mode_strict"
              : "is empty: commits do not wait for standbys; they are still proven, but may be "
                "seen before");
  } else if (WaitsForAnybody(waited)) {
    // Under Patroni for a moment only.
    if (!host.under_patroni) {
      fault(
          "has a *: it may wait for who may not lead; nothing is acknowledged. Name the standbys");
    }
  } else if (const int count = CountOf(waited, durability.names); count < durability.standbys) {
    fault(absl::StrCat("has commits wait for ", count,
                       " of the configuration's standby_names, of which ", durability.standbys,
                       " must have each event: nothing can be proven, nothing is acknowledged"));
  }
}

}  // namespace

std::vector<std::string> FaultsOf(const std::vector<absl::optional<HostSettings>>& hosts,
                                  const std::vector<std::string>& names,
                                  const Durability& durability) {
  std::vector<std::string> faults;
  const HostSettings* first = nullptr;  // Of those that are not under Patroni.
  for (size_t number = 0; number < hosts.size(); ++number) {
    if (!hosts[number].has_value()) {
      faults.push_back(absl::StrCat(names[number], ": does not answer"));
      continue;
    }
    const HostSettings& host = *hosts[number];
    AddFaultsOf(host, durability, faults);
    if (durability.by != Durability::By::kStandbys) continue;
    if (host.leads || !host.under_patroni) AddFaultsOfNames(host, durability, faults);
    if (host.under_patroni) continue;
    if (first == nullptr) first = &host;
    if (host.synchronous_standby_names != first->synchronous_standby_names) {
      faults.push_back(absl::StrCat(host.host, ": synchronous_standby_names is not that of ",
                                    first->host,
                                    ": whichever leads, the same should be waited for"));
    }
  }
  return faults;
}

std::vector<absl::optional<HostSettings>> AskHosts(const Servers& servers) {
  std::vector<absl::optional<HostSettings>> hosts;
  std::vector<std::unique_ptr<Connection>> connections = servers.ConnectAll();
  for (size_t number = 0; number < connections.size(); ++number) {
    hosts.emplace_back();
    if (connections[number] == nullptr) continue;
    Trip trip;
    trip.Add(std::string(kAsk));
    const absl::StatusOr<std::vector<Rows>> answers = connections[number]->Run(trip, kTripLimit);
    if (!answers.ok()) continue;
    const Rows& row = answers->front();
    const auto text = [&](int column) { return std::string(row.Bytes(0, column)); };
    hosts.back() = HostSettings{HostName(servers.options().hosts[number]),
                                text(0),
                                text(1),
                                text(2),
                                text(3),
                                text(4),
                                row.Integer(0, 5) != 0,
                                row.Integer(0, 6) != 0,
                                row.Integer(0, 7) != 0};
  }
  return hosts;
}

}  // namespace kyc::events::postgres
