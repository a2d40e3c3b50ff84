#include "server/doctor/examine.h"

#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "server/call/folder_of.h"
#include "server/config/load.h"
#include "server/config/this_machine.h"
#include "server/doctor/cipher.h"
#include "server/doctor/facts.h"
#include "server/doctor/files.h"
#include "server/doctor/keys.h"
#include "server/doctor/machine.h"
#include "server/doctor/ports.h"
#include "server/doctor/store.h"
#include "server/doctor/upstreams.h"
#include "server/tls/watched_pair.h"
#include "server/upstream/ask.h"
#include "server/upstream/probe.h"

namespace kyc::doctor {
namespace {

// Of each look-up, and of each connection.
constexpr absl::Duration kPatience = absl::Seconds(4);

using Findings = std::vector<Finding>;

void Append(Findings more, Findings& findings) {
  for (Finding& finding : more) findings.push_back(std::move(finding));
}

std::string RolesOf(const config::Settings& settings) {
  std::vector<const char*> blocks;
  if (settings.grpc.has_value()) blocks.push_back("grpc");
  if (settings.webhook.has_value()) blocks.push_back("webhook");
  if (settings.admin.has_value()) blocks.push_back("admin");
  if (settings.finpay.has_value()) blocks.push_back("finpay");
  if (settings.widekyc.has_value()) blocks.push_back("widekyc");
  if (settings.event_log.has_value()) blocks.push_back("event_log");
  return absl::StrJoin(blocks, ", ");
}

Findings ConfigurationFindings(const std::string& path, const config::Loaded& loaded) {
  constexpr char kCheck[] = "configuration";
  if (loaded.settings.ok()) {
    return {Ok(kCheck, "", absl::StrCat(path, ": ", RolesOf(*loaded.settings)))};
  }
  Findings findings;
  for (const absl::string_view fault : absl::StrSplit(loaded.settings.status().message(), '\n')) {
    findings.push_back(Mend(kCheck, "", Whose::kConfiguration, std::string(fault),
                            "server/configuration.md has every field and its limits"));
  }
  return findings;
}

std::vector<config::Listener> ListenersOf(const config::Settings& settings) {
  std::vector<config::Listener> listeners;
  if (settings.grpc.has_value()) listeners = settings.grpc->listeners;
  if (settings.webhook.has_value()) listeners.push_back(settings.webhook->listener);
  if (settings.admin.has_value()) listeners.push_back(settings.admin->listener);
  return listeners;
}

// Of the configuration, and what it names.
std::vector<std::string> FilesOf(const config::Loaded& loaded) {
  std::vector<std::string> paths;
  for (const auto& [path, stamp] : loaded.files) paths.push_back(path);
  if (!loaded.settings.ok()) return paths;
  for (const config::Listener& listener : ListenersOf(*loaded.settings)) {
    if (!listener.tls.has_value()) continue;
    for (const std::string& path :
         {listener.tls->certificate_file, listener.tls->key_file, listener.tls->client_ca_file}) {
      if (!path.empty()) paths.push_back(path);
    }
  }
  return paths;
}

// Who runs it decides what a check of files and disks means.
void AddUser(const config::Settings& settings, Findings& findings) {
  if (!settings.event_log.has_value() || settings.event_log->sqlite_path.empty()) return;
  const std::string& log = settings.event_log->sqlite_path;
  auto owner = OwnerOf(log);
  if (!owner.has_value()) owner = OwnerOf(FolderOf(log));
  if (owner.has_value()) findings.push_back(UserFinding(AskedBy(), *owner));
}

void AddDisks(const config::Settings& settings, bool alone, Findings& findings) {
  if (!settings.event_log.has_value() || settings.event_log->sqlite_path.empty()) return;
  const config::EventLog& log = *settings.event_log;
  findings.push_back(
      DiskFinding("event_log.sqlite.path", FactsOfDisk(FolderOf(log.sqlite_path)), alone));
  if (log.backup_folder.empty()) return;
  DiskFacts backups = FactsOfDisk(log.backup_folder);
  backups.needed_bytes = SizeOf(log.sqlite_path);
  findings.push_back(DiskFinding("event_log.sqlite.backup_folder", backups, alone));
}

void AddPorts(const config::Settings& settings, Findings& findings) {
  Runs runs = Runs::kNobodyTells;
  upstream::Answer answer;
  if (settings.admin.has_value()) {
    auto ready = upstream::Ask(*settings.admin, "/readyz", kPatience);
    runs = ready.ok() ? Runs::kYes : Runs::kNo;
    if (ready.ok()) answer = *std::move(ready);
  }
  findings.push_back(GatewayFinding(runs, answer.status, answer.body));
  for (const config::Listener& listener : ListenersOf(settings)) {
    findings.push_back(PortFinding(listener, FactsOfPort(listener.address), runs));
  }
}

void AddOwnCertificates(const config::Settings& settings, absl::Time now, Findings& findings) {
  for (const config::Listener& listener : ListenersOf(settings)) {
    if (!listener.tls.has_value()) continue;
    const auto pair = tls::WatchedPair::Open(listener, now);
    if (pair.ok()) {
      findings.push_back(DaysFinding(listener.field, (*pair)->Look(now).left, Whose::kMachine,
                                     "renew it: the gateway takes the new file without a restart"));
    } else {
      findings.push_back(Mend("certificate", listener.field, Whose::kMachine,
                              std::string(pair.status().message()),
                              "put a pair there that fits, and is valid"));
    }
  }
}

using Probing = std::pair<std::string, std::future<upstream::Probed>>;

// All at once, as each may take its whole time.
std::vector<Probing> BeginProbes(const config::Settings& settings) {
  std::vector<Probing> probes;
  const auto begin = [&probes](const char* of, const std::string& url,
                               const config::Upstream& how) {
    const upstream::TransferOptions options{.ca_file = how.ca_file, .proxy = how.proxy};
    probes.emplace_back(of, std::async(std::launch::async, [url, options] {
                          return upstream::Probe(url, options, kPatience);
                        }));
  };
  if (settings.finpay.has_value()) {
    begin("finpay", settings.finpay->base_url, settings.finpay->upstream);
  }
  if (settings.widekyc.has_value()) {
    begin("widekyc", settings.widekyc->server_url, settings.widekyc->upstream);
  }
  return probes;
}

}  // namespace

std::vector<Finding> Examine(const std::string& path) {
  const absl::Time now = absl::Now();
  const config::Loaded loaded = config::Load(path);
  const std::vector<std::string> files = FilesOf(loaded);
  Findings findings = ConfigurationFindings(path, loaded);
  Append(FileFindings(FactsOfFiles(files)), findings);
  findings.push_back(CipherFinding());
  const bool alone = loaded.settings.ok() && config::IsAlone(*loaded.settings);
  findings.push_back(ClockFinding({KeptClock(), now, NewestOf(files), alone}));
  if (!loaded.settings.ok()) return findings;

  const config::Settings& settings = *loaded.settings;
  std::vector<Probing> probes = BeginProbes(settings);
  Append(KeyFindings(settings), findings);
  AddUser(settings, findings);
  AddDisks(settings, alone, findings);
  findings.push_back(OpenFilesFinding(settings, LimitOfOpenFiles(), alone));
  AddPorts(settings, findings);
  AddOwnCertificates(settings, now, findings);
  for (auto& [of, probed] : probes) Append(UpstreamFindings(of, probed.get(), now), findings);
  Append(StoreFindings(settings), findings);
  return findings;
}

}  // namespace kyc::doctor
