#include "tools/benchmarks/watcher.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/benchmarks/now.h"
#include "tools/benchmarks/payloads.h"

namespace kyc::bench {
namespace {

constexpr size_t kPrefix = 5;
// How the server ends a stream whose reader takes nothing: with its status, or by a cut where not
// even that gets through, because it would come behind data that nobody takes.
constexpr int kResourceExhausted = 8;
constexpr int kCancelled = 1;

const CallKind& WatchKind() {
  static const auto* const kind =
      new CallKind{"/netzme.v1.UpgradeNotificationService/WatchUpgrades"};
  return *kind;
}

// Of the message that begins here, prefix included; 0 while its length has not come.
size_t MessageSize(absl::string_view bytes) {
  if (bytes.size() < kPrefix) return 0;
  size_t size = 0;
  for (size_t i = 1; i < kPrefix; ++i) size = size << 8 | static_cast<unsigned char>(bytes[i]);
  return kPrefix + size;
}

}  // namespace

void Watcher::Open(H2Connection& connection, ::netzme::v1::WatchUpgradesRequest request) {
  if (!cursor_.empty()) request.set_cursor(cursor_);
  request_ = Framed(request.SerializeAsString());
  partial_.clear();
  untaken_ = 0;
  connection_ = &connection;
  call_ = connection.Call(WatchKind(), request_, *this);
}

void Watcher::Take(size_t bytes) {
  const size_t taken = std::min(bytes, untaken_);
  if (taken == 0) return;
  untaken_ -= taken;
  connection_->Take(call_, taken);
  connection_->Flush();
}

void Watcher::OnData(absl::string_view part) {
  if (takes_ != Takes::kEverything) untaken_ += part.size();
  while (!part.empty()) {
    if (partial_.empty()) {
      const size_t size = MessageSize(part);
      if (size > 0 && size <= part.size()) {
        OnMessage(part.substr(kPrefix, size - kPrefix));
        part.remove_prefix(size);
        continue;
      }
    }
    const size_t size = MessageSize(partial_);
    const size_t wanted = std::min(part.size(), (size == 0 ? kPrefix : size) - partial_.size());
    partial_.append(part.data(), wanted);
    part.remove_prefix(wanted);
    if (MessageSize(partial_) == partial_.size()) {
      OnMessage(absl::string_view(partial_).substr(kPrefix));
      partial_.clear();
    }
  }
}

void Watcher::OnMessage(absl::string_view message) {
  const WatchMessage read =
      ReadWatchMessage(message, [this](const SeenEvent& event) { OnEvent(event); });
  cursor_.assign(read.cursor.data(), read.cursor.size());
  if (read.kind == WatchMessage::Kind::kStarted) ++tally_.standing;
  if (read.kind == WatchMessage::Kind::kCaughtUp) ++tally_.caught_up;
  if (read.kind == WatchMessage::Kind::kUnreadable) tally_.recorder.Failed("unreadable message");
}

void Watcher::OnEvent(const SeenEvent& event) {
  const uint64_t number = counts_ == Counts::kSequence ? event.sequence : event.revision;
  if (number != last_ + 1) {
    tally_.recorder.Failed(number <= last_ ? "an event came again" : "an event was left out");
  }
  last_ = number;
  ++tally_.delivered;
  tally_.recorder.Succeeded(Now() - TimeInCustId(event.cust_id));
}

void Watcher::OnEnd(const CallEnd& end) {
  if (takes_ == Takes::kNothing &&
      (end.grpc_status == kResourceExhausted || end.grpc_status == kCancelled)) {
    ++tally_.ended_as_slow;
    return;
  }
  tally_.recorder.Failed(
      absl::StrCat("stream ended: grpc-status ", end.grpc_status, " ", end.message));
}

}  // namespace kyc::bench
