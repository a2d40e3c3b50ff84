#include "tests/cluster/cluster.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace kyc::tests {
namespace {

std::string EventLog(const events::postgres::PostgresServers& servers) {
  std::string text = absl::StrCat("event_log {\n  postgres {\n    dsn: \"", servers.dsn(), "\"\n");
  for (const std::string& name : servers.names()) {
    absl::StrAppend(&text, "    standby_names: \"", name, "\"\n");
  }
  return absl::StrCat(text, R"(
  }
  sealing_keys { id: 1 key_file: "sealing_key" }
  lookup_key_file: "lookup_key"
}
)");
}

constexpr char kSidecar[] = R"(
webhook {
  listen: "127.0.0.1:0"
  accounts { name: "netzme" callback_token_files: "callback_token" }
}
admin { listen: "127.0.0.1:0" }
)";

constexpr char kGateway[] = R"(
grpc { listen: "127.0.0.1:0" trusted: true }
admin { listen: "127.0.0.1:0" }
callers { name: "local" loopback: true allow_full_view: true }
)";

}  // namespace

Cluster::Cluster() : sidecars_(kSidecars), gateways_(kGateways) {
  const std::string log = EventLog(servers_);
  for (int i = 0; i < kSidecars; ++i) {
    sidecars_[static_cast<size_t>(i)].files.ConfigureText(kSidecar + log);
    StartSidecar(i);
  }
  for (int i = 0; i < kGateways; ++i) {
    gateways_[static_cast<size_t>(i)].files.ConfigureText(kGateway + log);
    StartGateway(i);
  }
}

void Cluster::KillSidecar(int number) {
  Member& sidecar = sidecars_[static_cast<size_t>(number)];
  sidecar.port = 0;
  EXPECT_EQ(sidecar.process->process().Kill().value_or(0), -SIGKILL)
      << sidecar.process->process().StandardError();
}

void Cluster::StartSidecar(int number) {
  Member& sidecar = sidecars_[static_cast<size_t>(number)];
  sidecar.process = std::make_unique<Gateway>(sidecar.files);
  sidecar.port = sidecar.process->webhook_port();
}

void Cluster::KillGateway(int number) {
  Member& gateway = gateways_[static_cast<size_t>(number)];
  gateway.port = 0;
  EXPECT_EQ(gateway.process->process().Kill().value_or(0), -SIGKILL)
      << gateway.process->process().StandardError();
}

void Cluster::StartGateway(int number) {
  Member& gateway = gateways_[static_cast<size_t>(number)];
  gateway.process = std::make_unique<Gateway>(gateway.files);
  gateway.port = gateway.process->grpc_port();
}

void Cluster::FreezeGateway(int number) {
  gateways_[static_cast<size_t>(number)].process->process().Signal(SIGSTOP);
}

void Cluster::ThawGateway(int number) {
  gateways_[static_cast<size_t>(number)].process->process().Signal(SIGCONT);
}

int64_t Cluster::PeakMib(int gateway) const {
  const Member& member = gateways_[static_cast<size_t>(gateway)];
  return member.process->process().ProcStatus("VmHWM") / 1024;
}

uint16_t Cluster::webhook_port(int sidecar) const {
  return sidecars_[static_cast<size_t>(sidecar)].port;
}

uint16_t Cluster::grpc_port(int gateway) const {
  return gateways_[static_cast<size_t>(gateway)].port;
}

}  // namespace kyc::tests
