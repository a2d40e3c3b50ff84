// One stream of WatchUpgrades, and the proof that it brought everything.
#ifndef TOOLS_BENCHMARKS_WATCHER_H_
#define TOOLS_BENCHMARKS_WATCHER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "tools/benchmarks/h2_connection.h"
#include "tools/benchmarks/recorder.h"
#include "tools/benchmarks/watch_message.h"

namespace kyc::bench {

// What many watchers count together.
struct WatchTally {
  explicit WatchTally(Recorder& recorder) : recorder(recorder) {}

  Recorder& recorder;  // Of the time from POST to delivery, and of what goes wrong.
  size_t standing = 0;
  size_t caught_up = 0;
  uint64_t delivered = 0;
  size_t ended_as_slow = 0;
};

// Each event must come exactly once, in order. Single-threaded; it outlives its stream.
class Watcher : public CallListener {
 public:
  // What has no gap: the log's sequence, for those who watch everything, or the one reference's
  // revision.
  enum class Counts { kSequence, kRevision };
  enum class Takes {
    kEverything,
    kByAndBy,  // Only as Take says.
    kNothing,  // And so it expects to be ended as a slow consumer.
  };

  Watcher(WatchTally& tally, Counts counts, Takes takes)
      : tally_(tally), counts_(counts), takes_(takes) {}

  // Opens its stream. If it has a cursor from the stream before, it goes on there.
  void Open(H2Connection& connection, ::netzme::v1::WatchUpgradesRequest request);
  // Takes so many of the bytes that came.
  void Take(size_t bytes);

  void OnData(absl::string_view part) override;
  void OnEnd(const CallEnd& end) override;
  bool TakesAtOnce() const override { return takes_ == Takes::kEverything; }

 private:
  void OnMessage(absl::string_view message);
  void OnEvent(const SeenEvent& event);

  WatchTally& tally_;
  const Counts counts_;
  const Takes takes_;
  H2Connection* connection_ = nullptr;
  int32_t call_ = 0;
  std::string request_;
  std::string partial_;  // The beginning of a message whose rest has not come.
  std::string cursor_;
  uint64_t last_ = 0;
  size_t untaken_ = 0;
};

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_WATCHER_H_
