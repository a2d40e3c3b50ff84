#include "server/rpc/send_off.h"

#include <grpc/support/time.h>
#include <grpcpp/alarm.h>

#include <memory>

#include "absl/synchronization/notification.h"

// gRPC's public way to send GOAWAY, grpc_server_shutdown_and_notify, cancels whatever call arrives
// afterwards, also those that were on their way: their callers would see a bare CANCELLED. What it
// does it does by these two members, which libgrpc exports; a library without them does not link.
namespace grpc_core {

class Server {
 public:
  void StopListening();
  void SendGoaways();
};

}  // namespace grpc_core

namespace kyc::rpc {
namespace {

constexpr absl::Duration kLongest = absl::Seconds(5);

}  // namespace

void SendOff(grpc::Server& server) {
  auto* const core = reinterpret_cast<grpc_core::Server*>(server.c_server());
  // They need a thread of gRPC's own, with what it keeps there: an alarm's callback has one.
  const auto done = std::make_shared<absl::Notification>();
  grpc::Alarm alarm;
  alarm.Set(gpr_time_0(GPR_CLOCK_MONOTONIC), [core, done](bool ok) {
    if (!ok) return;
    core->StopListening();
    core->SendGoaways();
    done->Notify();
  });
  done->WaitForNotificationWithTimeout(kLongest);
}

}  // namespace kyc::rpc
