// The composition: makes every part in order, and is the only one that knows them all.
//
//   MadeGateway --Serve--> Gateway --Drain--> (destroyed)
//
// What can fail is done while it is made; what is made takes nobody's call, notification or
// question before Serve. So a start that fails has answered nobody, and whatever was made goes in
// the reverse order.
#ifndef SERVER_GATEWAY_H_
#define SERVER_GATEWAY_H_

#include <memory>

#include "absl/status/statusor.h"
#include "server/call/on_ended.h"
#include "server/config/in_use.h"
#include "server/config/reloader.h"
#include "server/config/settings.h"
#include "server/room_logs.h"

namespace kyc {

class GatewayParts;

// A running gateway. Used and destroyed by one thread, main's.
class Gateway {
 public:
  Gateway(Gateway&&) noexcept;
  ~Gateway();

  // Takes over the callers and the accounts' secrets for calls that start from now on, or nothing,
  // as `change` says; running calls keep theirs. Logs and counts it. Not after Drain.
  void Reload(const config::Change& change);

  // Looks whether a listener's certificate has changed; connections from then on get the new one.
  // Logs and counts what it finds.
  void LookAtCertificates();

  // Writes to the audit log what is due, or could not be written before. Returns at once.
  void WriteNotes();

  // Looks whether new connections are served; logs a change. Whether the process is to end because
  // they are not, and the configuration says so.
  bool LookAtListeners();

  // Says to whoever asks that no traffic should come, while it takes everything for drain_delay;
  // then takes nothing new, lets what runs finish within drain_timeout, and ends the rest. Blocks.
  // Called once. Whether all has ended: if not, this must not be destroyed, as a thread uses it.
  bool Drain();

 private:
  friend class MadeGateway;
  explicit Gateway(std::unique_ptr<GatewayParts> parts);

  std::unique_ptr<GatewayParts> parts_;
};

// Everything is open and bound, and nobody is served. Used by one thread, main's.
class MadeGateway {
 public:
  // Opens the event log, reads credentials, binds the listeners that the configuration asks for.
  // An error is one line for the operator: what, where and why. `ended` is told of what ended, and
  // outlives the gateway, as `logs` and `in_use` do.
  static absl::StatusOr<MadeGateway> Make(const config::Settings& settings, RoomLogs& logs,
                                          config::InUse& in_use, OnEnded ended);
  MadeGateway(MadeGateway&&) noexcept;
  ~MadeGateway();

  // Cannot fail.
  Gateway Serve() &&;

 private:
  explicit MadeGateway(std::unique_ptr<GatewayParts> parts);

  std::unique_ptr<GatewayParts> parts_;
};

}  // namespace kyc

#endif  // SERVER_GATEWAY_H_
