// The role of the `grpc` block: callers, and the services that they may call.
#ifndef SERVER_CALLS_ROLE_H_
#define SERVER_CALLS_ROLE_H_

#include <spdlog/logger.h>

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "server/admin/audit_service.h"
#include "server/admin/event_log_service.h"
#include "server/admin/personal_data_service.h"
#include "server/admin/usage_service.h"
#include "server/call/metrics.h"
#include "server/call/worker_pool.h"
#include "server/netzme/stream/upgrade_service.h"
#include "server/netzme/webhook/quarantine_service.h"
#include "server/once/keyed_calls.h"
#include "server/open_event_log.h"
#include "server/rpc/server.h"
#include "server/upstreams.h"
#include "server/usage/meter.h"

namespace kyc {

// Owned by the gateway, used by main's thread. The server is not its own: the event log posts to
// the server's loop for longer than the services live.
class CallsRole {
 public:
  // Gives the server its methods, and binds its addresses. All that is passed outlives the role;
  // `event_log.log` is null where there is none. `meter` counts calls.
  static absl::StatusOr<std::unique_ptr<CallsRole>> Make(
      rpc::Server& server, const config::Grpc& grpc, const std::vector<rpc::Listener>& listeners,
      const Upstreams& upstreams, const OpenedLog& event_log, std::shared_ptr<usage::Meter> meter,
      Metrics& metrics, std::shared_ptr<spdlog::logger> log);

  ~CallsRole();

  // Asks the loop how streams stand; answered on its thread, or never once the role is gone. From
  // any thread. Null where nobody may watch.
  std::function<void(std::function<void(std::vector<netzme::Standing>)>)> Standings() const;

 private:
  // Threads that read history. More would only wait for the same disk.
  static constexpr int kReaders = 2;

  CallsRole() = default;

  void MakeServices(const OpenedLog& event_log, rpc::Server& server, Metrics& metrics,
                    std::shared_ptr<spdlog::logger> log);

  std::shared_ptr<once::KeyedCalls> keyed_;
  std::shared_ptr<netzme::UpgradeService> upgrades_;
  rpc::Loop* loop_ = nullptr;  // Where there are streams.
  std::unique_ptr<netzme::QuarantineService> quarantine_;
  std::unique_ptr<admin::AuditService> audit_;
  std::unique_ptr<admin::UsageService> usage_;
  std::unique_ptr<admin::PersonalDataService> personal_data_;
  std::unique_ptr<admin::EventLogService> log_service_;
  WorkerPool readers_{kReaders};  // Goes first: its jobs use the services.
};

}  // namespace kyc

#endif  // SERVER_CALLS_ROLE_H_
