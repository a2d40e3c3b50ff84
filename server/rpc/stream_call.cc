#include "server/rpc/stream_call.h"

#include <utility>

namespace kyc::rpc {

void StreamCall::OnMessage() {
  absl::StatusOr<std::unique_ptr<Producer>> producer = method_.stream(&call_, call_.request());
  if (!producer.ok()) return call_.Finish(producer.status());
  producer_ = *std::move(producer);
}

void StreamCall::OnDrain() {
  if (producer_ != nullptr) producer_->OnDrain();
}

}  // namespace kyc::rpc
