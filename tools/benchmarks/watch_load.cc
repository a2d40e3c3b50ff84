#include "tools/benchmarks/watch_load.h"

#include <algorithm>
#include <utility>

#include "tools/benchmarks/payloads.h"

namespace kyc::bench {

using ::netzme::v1::WatchUpgradesRequest;

WatchLoad::WatchLoad(Poller& poller, H2Connection::Reading reading, RequestOf request_of)
    : poller_(poller), reading_(reading), request_of_(std::move(request_of)) {}

void WatchLoad::Add(WatchTally& tally, Watcher::Counts counts, Watcher::Takes takes) {
  watchers_.emplace_back(tally, counts, takes);
}

absl::Status WatchLoad::Open(uint16_t port, size_t connections, absl::FunctionRef<void()> go_on) {
  connections_.clear();
  connections = std::min(connections, watchers_.size());
  for (size_t i = 0; i < connections; ++i) {
    absl::StatusOr<std::unique_ptr<H2Connection>> opened =
        H2Connection::Open(poller_, port, reading_, [this] { ++lost_; });
    if (!opened.ok()) return opened.status();
    connections_.push_back(*std::move(opened));
    for (size_t watcher = i; watcher < watchers_.size(); watcher += connections) {
      watchers_[watcher].Open(*connections_.back(), request_of_(watcher));
    }
    connections_.back()->Flush();
    go_on();
  }
  return absl::OkStatus();
}

WatchUpgradesRequest WatchAll() { return {}; }

WatchUpgradesRequest WatchReference(uint64_t reference) {
  WatchUpgradesRequest request;
  request.mutable_filter()->add_original_reference_nos(Notification::Reference(reference));
  return request;
}

}  // namespace kyc::bench
