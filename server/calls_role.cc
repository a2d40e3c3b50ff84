#include "server/calls_role.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "server/call/steady_now.h"
#include "server/grpc_methods.h"
#include "server/rpc/health.h"
#include "server/rpc/reflection.h"

namespace kyc {
namespace {

// With health and reflection over them, which name themselves, too.
void Offer(std::vector<ServiceMethods> services, rpc::Server& server) {
  std::vector<std::string> names;
  for (ServiceMethods& service : services) {
    names.push_back(service.name);
    for (rpc::Method& method : service.methods) server.Add(std::move(method));
  }
  for (rpc::Method& method : rpc::HealthMethods(names, server.serving())) {
    server.Add(std::move(method));
  }
  for (const char* also : {"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                           "grpc.reflection.v1alpha.ServerReflection"}) {
    names.emplace_back(also);
  }
  for (rpc::Method& method : rpc::ReflectionMethods(names)) server.Add(std::move(method));
}

}  // namespace

absl::StatusOr<std::unique_ptr<CallsRole>> CallsRole::Make(
    rpc::Server& server, const config::Grpc& grpc, const std::vector<rpc::Listener>& listeners,
    const Upstreams& upstreams, const OpenedLog& event_log, std::shared_ptr<usage::Meter> meter,
    Metrics& metrics, std::shared_ptr<spdlog::logger> log) {
  auto made = std::unique_ptr<CallsRole>(new CallsRole());
  once::KeyedOptions keyed;
  keyed.longest = grpc.max_deadline;
  keyed.answered = [&metrics](absl::string_view method, once::AnsweredBy by) {
    metrics.KeyedCallAnswered(method, once::TextOf(by));
  };
  made->keyed_ = once::KeyedCalls::Make(server.loop(), event_log.call_keys, keyed);
  const PaidCalls calls{made->keyed_, std::move(meter)};
  std::vector<ServiceMethods> services;
  if (const auto* finpay = upstreams.finpay(); finpay != nullptr) {
    services.push_back(MethodsOf(*finpay, grpc.max_image_bytes, calls));
  }
  if (const auto* widekyc = upstreams.widekyc(); widekyc != nullptr) {
    services.push_back(MethodsOf(*widekyc, grpc.max_image_bytes, calls));
  }
  if (event_log.log != nullptr) {
    made->MakeServices(event_log, server, metrics, std::move(log));
    services.push_back(MethodsOf(*made->upgrades_));
    const Auditing auditing{event_log.audit, &server.loop()};
    services.push_back(MethodsOf(*made->quarantine_, auditing));
    services.push_back(MethodsOf(*made->log_service_, auditing));
    services.push_back(MethodsOf(*made->personal_data_, auditing));
    services.push_back(MethodsOf(*made->audit_, auditing));
    services.push_back(MethodsOf(*made->usage_));
  }
  Offer(std::move(services), server);
  if (absl::Status bound = server.Listen(listeners); !bound.ok()) return bound;
  return made;
}

// What ends later is not stored any more: the log goes before its loop does.
CallsRole::~CallsRole() {
  if (keyed_ != nullptr) keyed_->Close();
}

std::function<void(std::function<void(std::vector<netzme::Standing>)>)> CallsRole::Standings()
    const {
  if (upgrades_ == nullptr) return nullptr;
  return [loop = loop_, weak = std::weak_ptr<netzme::UpgradeService>(upgrades_)](
             std::function<void(std::vector<netzme::Standing>)> answer) {
    loop->Post([weak, answer = std::move(answer)] {
      if (const auto upgrades = weak.lock()) answer(upgrades->Standings());
    });
  };
}

void CallsRole::MakeServices(const OpenedLog& event_log, rpc::Server& server, Metrics& metrics,
                             std::shared_ptr<spdlog::logger> log) {
  const auto run_blocking = [this](absl::AnyInvocable<void() &&> job) {
    readers_.Post(std::move(job));
  };
  netzme::Clocks clocks = {SteadyNow, [] { return absl::Now(); }};
  loop_ = &server.loop();
  upgrades_ = std::make_shared<netzme::UpgradeService>(*event_log.log, server.loop(), run_blocking,
                                                       &metrics, std::move(clocks),
                                                       netzme::RingLimits(), event_log.audit);
  const auto say = [log = std::move(log)](absl::string_view line) {
    log->info("{}", std::string(line));
  };
  quarantine_ = std::make_unique<netzme::QuarantineService>(*event_log.log, *event_log.quarantine,
                                                            run_blocking, say);
  audit_ = std::make_unique<admin::AuditService>(*event_log.audit, run_blocking);
  usage_ = std::make_unique<admin::UsageService>(*event_log.usage, run_blocking);
  personal_data_ = std::make_unique<admin::PersonalDataService>(
      *event_log.log, *event_log.quarantine, run_blocking, say);
  log_service_ = std::make_unique<admin::EventLogService>(*event_log.log, event_log.backup_folder,
                                                          run_blocking, say);
}

}  // namespace kyc
