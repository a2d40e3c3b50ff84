// How a follower of upgrades asks, and what it does when a stream ends. Pure.
#ifndef CLIENTS_KYC_WATCH_PLAN_H_
#define CLIENTS_KYC_WATCH_PLAN_H_

#include <grpcpp/support/status.h>

#include <string>

#include "absl/time/time.h"
#include "clients/kyc/command.h"
#include "netzme/v1/upgrade_notification.pb.h"

namespace kyc::client {

// With a cursor: what follows it. Without: from the end of the log that the command names.
::netzme::v1::WatchUpgradesRequest WatchRequest(const Command& command, const std::string& cursor);

enum class AfterEnd { kReopenAtOnce, kReopenLater, kGiveUp };

// Whether asking again can help. Watching only reads, so everything that may pass is asked again;
// what is wrong with the request or the cursor is not.
AfterEnd JudgeEnd(const grpc::Status& status, ::netzme::v1::GoodbyeReason goodbye);

// The pause before the next stream: doubles with every stream that brought nothing, up to 10 s,
// of which `random` in [0, 1) takes away up to a half.
absl::Duration Backoff(int fruitless_streams, double random);

}  // namespace kyc::client

#endif  // CLIENTS_KYC_WATCH_PLAN_H_
