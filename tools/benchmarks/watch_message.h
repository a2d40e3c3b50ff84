// Reads what the benchmarks need of a WatchUpgradesResponse, and copies nothing: the generated
// class would cost more than the gateway's whole delivery.
#ifndef TOOLS_BENCHMARKS_WATCH_MESSAGE_H_
#define TOOLS_BENCHMARKS_WATCH_MESSAGE_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace kyc::bench {

// Of an UpgradeEvent. Points into the message.
struct SeenEvent {
  uint64_t sequence = 0;
  uint64_t revision = 0;
  absl::string_view cust_id;
};

struct WatchMessage {
  enum class Kind { kUnreadable, kStarted, kEvents, kCaughtUp, kHeartbeat, kGoodbye };
  Kind kind = Kind::kUnreadable;
  absl::string_view cursor;
};

// `on_event` hears of each event, in order. Pure.
WatchMessage ReadWatchMessage(absl::string_view message,
                              absl::FunctionRef<void(const SeenEvent&)> on_event);

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_WATCH_MESSAGE_H_
