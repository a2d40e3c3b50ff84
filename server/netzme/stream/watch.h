// One stream of WatchUpgrades.
#ifndef SERVER_NETZME_STREAM_WATCH_H_
#define SERVER_NETZME_STREAM_WATCH_H_

#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/call/metrics.h"
#include "server/events/event_log.h"
#include "server/netzme/stream/batch.h"
#include "server/netzme/stream/common_messages.h"
#include "server/netzme/stream/hub.h"
#include "server/netzme/stream/pool_line.h"
#include "server/netzme/stream/stream_notes.h"
#include "server/netzme/stream/watch_request.h"
#include "server/rpc/loop.h"
#include "server/rpc/stream.h"

namespace kyc::netzme {

// What every stream works with; outlives them all.
struct WatchScope {
  events::EventLog& log;
  rpc::Loop& loop;
  PoolLine pool;
  Metrics* metrics;                   // May be null.
  std::function<absl::Time()> clock;  // Steady.
  StreamNotes notes;
  Hub hub;
};

// A position in the log that moves on. Loop thread only, so it needs no lock; the pool is given
// values, and its answers are dropped when the watch is gone. It keeps no events: at most one batch
// (64 KiB), and only between a page's arrival and the end of the write before it.
//
// Where its next events come from:
//
//   kResolving -> kReady      the start is known
//   kReady     -> kReading    the next events lie before the ring, or the present before its end
//   kReading   -> kReady      a page of the log has come
//   kReady     -> kWaiting    all of the ring was taken
//   kWaiting   -> kReady      OnGrew: jumps to where the ring grew
//   any        -> kDone       Finish was called
//
// How long each may last: kResolving and kReading a minute from when a reader of the pool took it
// up, and before that as long as the pool's line moves at least once a minute; kReady no longer
// than the write in flight, for which the reader has 30 s; kWaiting as long as its reader likes,
// with a heartbeat now and then.
//
// What must hold, and ends the stream with GATEWAY_BUG and its cursor still good if it does not:
// - What is read from the log lies before the ring's end and gets further (ReadLog, OnRead).
// - The ring has no gap (Ring), and one that waits has taken all of it: so nothing that matches
//   lies between its position and where OnGrew lets it jump to.
// - So a message to a stream without a filter brings exactly the events between its position and
//   the message's (WriteEvents).
class Watch final : public rpc::Producer, public Watcher {
 public:
  // Starts to write to `stream` at once.
  static std::unique_ptr<Watch> Open(WatchScope& scope, rpc::Stream* stream, WatchOrder order);
  ~Watch() override;

  void OnWritten() override;
  void OnDrain() override;
  void OnGrew(events::Position before) override;
  void OnTrimming(int64_t through) override;
  void OnLost(const absl::Status& why) override;
  const std::string& caller() const override { return stream_->context().caller; }
  int64_t behind(events::Position newest) const override;

 private:
  // Whether a write is in flight is another matter: sending_.
  enum class State {
    kResolving,  // The pool looks for the start; nothing was written yet.
    kReady,      // There may be something to take.
    kReading,    // The pool reads a page.
    kWaiting,    // Everything up to the hub's newest event was taken; OnGrew tells of more.
    kDone,       // Finish was called; nothing may be done any more.
  };
  // What was taken, and is with its reader once it is written.
  enum class Sending {
    kNothing,
    kBeingNoted,  // The audit log is told first; as long as a write may take.
    kInFlight,
  };
  // How the server ends the stream, once it has decided to.
  struct Ending {
    ::netzme::v1::GoodbyeReason reason = ::netzme::v1::GOODBYE_REASON_UNSPECIFIED;
    absl::Status status;
    absl::Time latest;  // Until then the write in flight is waited for.
  };

  Watch(WatchScope& scope, rpc::Stream* stream, WatchOrder order);

  void Start();
  void OnStart(absl::StatusOr<events::Position> start);
  // Takes the next step if no write is in flight.
  void Next();
  bool MustReadLog() const;
  void ReadLog();
  void OnRead(absl::StatusOr<Batch> batch);
  void OnLogError(absl::Status status);
  void ReadRing();
  Span NextSpan() const;
  void MoveTo(events::Position position);

  Outgoing Pack(const Batch& batch);
  void WriteEvents(const Outgoing& outgoing);
  bool MayShow() const;
  void NoteAndWrite(int64_t first, const Outgoing& outgoing);
  void OnNoted(absl::StatusOr<Grant> granted, const Outgoing& outgoing);
  bool LeavesNothingOut(const Outgoing& outgoing) const;
  void WriteKind(const ::netzme::v1::WatchUpgradesResponse& response);
  void Write(const grpc::ByteBuffer& message, int64_t told);

  // Goodbye is said as soon as no write is in flight, waiting for that at most `wait`; then the
  // stream is finished. The first reason stays, the shortest wait counts.
  void Decide(::netzme::v1::GoodbyeReason reason, absl::Status status, absl::Duration wait);
  void SayGoodbye();
  void Finish(absl::Status status);

  // When something must happen even if nothing else does.
  absl::Time Due() const;
  // Until when the log has to answer; without end while it was asked nothing.
  absl::Time LogDue() const;
  void SetTimer();
  void OnTimer();
  void Beat();

  // Runs `blocking` on the pool and then `then` with its result here, if the watch still is.
  template <typename Blocking, typename Then>
  void OnPool(Blocking blocking, Then then);

  WatchScope& scope_;
  rpc::Stream* const stream_;
  const std::shared_ptr<const WatchQuery> query_;
  WatchStart start_;
  const absl::Duration heartbeat_interval_;
  const bool stop_when_caught_up_;
  const bool takes_all_;  // Every event there is, for ever.
  int64_t events_left_;

  State state_ = State::kResolving;
  Sending sending_ = Sending::kNothing;
  bool caught_up_ = false;
  // Everything matching up to here was written.
  events::Position position_;
  // The cursor in the last message.
  int64_t told_sequence_ = 0;
  // Events up to here will soon be gone from the log: an older cursor would be of no use.
  int64_t trimmed_soon_ = 0;
  // Who is noted before events are shown; null where nobody is.
  std::shared_ptr<const Viewer> viewer_;
  Grant granted_;
  // Where the log ended when the stream was opened.
  events::Position present_;
  // Taken from the log while a heartbeat was in flight.
  std::unique_ptr<Batch> unwritten_;
  std::unique_ptr<Ending> ending_;
  // When the write in flight began, or the last one ended.
  absl::Time since_;
  std::shared_ptr<const PoolLine::Turn> turn_;  // Of what the pool was given last.
  rpc::Loop::TimerId timer_ = 0;
  std::shared_ptr<Watch*> self_ = std::make_shared<Watch*>(this);
};

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_STREAM_WATCH_H_
