#include "server/netzme/stream/watch.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/types/variant.h"
#include "server/call/error.h"
#include "server/events/log_error.h"
#include "server/netzme/stream/stream_ends.h"
#include "server/netzme/stream/stream_message.h"

namespace kyc::netzme {
namespace {

using ::netzme::v1::WatchUpgradesResponse;

// How long a reader may take nothing.
constexpr absl::Duration kSlow = absl::Seconds(30);
// How long the log may take over one read, or its line may stand still: far longer than the longest
// honest read. A line that moves is waited in for as long as it is.
constexpr absl::Duration kSilent = absl::Minutes(1);
// How long the end of a stream waits for the write in flight, so that goodbye can be said. One more
// second, Stream::Finish's, and a stuck stream is cut.
constexpr absl::Duration kGoodbyeWait = absl::Seconds(4);

}  // namespace

std::unique_ptr<Watch> Watch::Open(WatchScope& scope, rpc::Stream* stream, WatchOrder order) {
  std::unique_ptr<Watch> watch(new Watch(scope, stream, std::move(order)));
  watch->Start();
  return watch;
}

Watch::Watch(WatchScope& scope, rpc::Stream* stream, WatchOrder order)
    : scope_(scope),
      stream_(stream),
      query_(std::move(order.query)),
      start_(std::move(order.start)),
      heartbeat_interval_(order.heartbeat_interval),
      stop_when_caught_up_(order.stop_when_caught_up),
      takes_all_(query_->MatchesEverything() &&
                 order.max_events == std::numeric_limits<int64_t>::max()),
      events_left_(order.max_events),
      present_(scope.hub.newest()),
      since_(scope.clock()) {
  if (query_->view == ::netzme::v1::VIEW_FULL && scope_.notes.needed()) {
    viewer_ = std::make_shared<const Viewer>(ViewerOf(stream_->context(), query_->filter.proto()));
  }
  scope_.hub.Add(this, query_->filter);
  SetTimer();
}

Watch::~Watch() {
  scope_.hub.Remove(this, query_->filter);
  if (timer_ != 0) scope_.loop.Cancel(timer_);
}

template <typename Blocking, typename Then>
void Watch::OnPool(Blocking blocking, Then then) {
  turn_ = scope_.pool.Run([&loop = scope_.loop, weak = std::weak_ptr<Watch*>(self_),
                           blocking = std::move(blocking), then]() mutable {
    if (weak.expired()) return;
    loop.Post([weak, then, result = blocking()]() mutable {
      if (const auto watch = weak.lock()) ((*watch)->*then)(std::move(result));
    });
  });
}

void Watch::Start() {
  if (const auto* from = absl::get_if<::netzme::v1::From>(&start_)) {
    const bool earliest = *from == ::netzme::v1::FROM_EARLIEST;
    return OnStart(earliest ? scope_.log.ends().oldest : present_);
  }
  OnPool(
      [&log = scope_.log, start = std::move(start_)]() -> absl::StatusOr<events::Position> {
        if (const auto* since = absl::get_if<absl::Time>(&start)) return log.Before(*since);
        return log.PositionFromText(absl::get<std::string>(start));
      },
      &Watch::OnStart);
}

void Watch::OnStart(absl::StatusOr<events::Position> start) {
  if (state_ == State::kDone) return;
  if (!start.ok()) return Finish(events::LogError(start.status()));
  position_ = *start;
  if (position_.sequence > present_.sequence) present_ = position_;
  state_ = State::kReady;
  WatchUpgradesResponse response;
  response.mutable_started()->set_newest_cursor(scope_.log.CursorText(present_));
  WriteKind(response);
}

void Watch::OnWritten() {
  sending_ = Sending::kNothing;
  since_ = scope_.clock();
  Next();
}

void Watch::OnDrain() {
  Decide(::netzme::v1::GOODBYE_REASON_DRAINING, Draining(), kGoodbyeWait);
  Next();
}

void Watch::OnGrew(events::Position before) {
  if (state_ != State::kWaiting) return;
  MoveTo(before);
  state_ = State::kReady;
  Next();
}

void Watch::OnTrimming(int64_t through) {
  if (state_ == State::kResolving || state_ == State::kDone) return;
  trimmed_soon_ = through;
  // One that waits has taken everything; at most its cursor is old.
  if (state_ != State::kWaiting && position_.sequence < through) {
    Decide(::netzme::v1::GOODBYE_REASON_NEAR_RETENTION, NearRetention(), kGoodbyeWait);
  }
  Next();
}

void Watch::OnLost(const absl::Status& why) {
  if (state_ != State::kDone) Finish(why);
}

void Watch::Next() {
  if (sending_ != Sending::kNothing || state_ == State::kResolving || state_ == State::kDone)
    return;
  if (ending_ != nullptr) return SayGoodbye();
  if (told_sequence_ < trimmed_soon_) return Beat();
  if (unwritten_ != nullptr) return WriteEvents(Pack(*std::exchange(unwritten_, nullptr)));
  if (state_ != State::kReady) return;
  if (!caught_up_ && position_.sequence >= present_.sequence) {
    caught_up_ = true;
    if (stop_when_caught_up_) Decide(::netzme::v1::GOODBYE_REASON_CAUGHT_UP, {}, kSlow);
    WatchUpgradesResponse response;
    response.mutable_caught_up();
    return WriteKind(response);
  }
  MustReadLog() ? ReadLog() : ReadRing();
}

int64_t Watch::behind(events::Position newest) const {
  if (state_ == State::kWaiting || state_ == State::kDone) return 0;
  return std::max<int64_t>(newest.sequence - position_.sequence, 0);
}

bool Watch::MustReadLog() const {
  const Ring& ring = scope_.hub.ring();
  // The log may already have shown a newest event of which the ring will be told in a moment.
  return position_.sequence < ring.floor().sequence ||
         (!caught_up_ && ring.newest().sequence < present_.sequence);
}

void Watch::ReadLog() {
  state_ = State::kReading;
  OnPool([&log = scope_.log, span = NextSpan(),
          query = query_] { return TakeFromLog(log, span, *query); },
         &Watch::OnRead);
}

void Watch::OnRead(absl::StatusOr<Batch> batch) {
  if (state_ == State::kDone) return;
  state_ = State::kReady;
  if (!batch.ok()) return OnLogError(events::LogError(batch.status()));
  if (!batch->empty()) {
    unwritten_ = std::make_unique<Batch>(*std::move(batch));
  } else if (batch->through().sequence > position_.sequence) {
    MoveTo(batch->through());
  } else {
    return Finish(GatewayBug("a watch found nothing in the log before the ring"));
  }
  Next();
}

void Watch::OnLogError(absl::Status status) {
  if (!absl::IsOutOfRange(status)) return Finish(std::move(status));
  Decide(::netzme::v1::GOODBYE_REASON_NEAR_RETENTION, std::move(status), kGoodbyeWait);
  Next();
}

void Watch::ReadRing() {
  const Ring& ring = scope_.hub.ring();
  CommonMessages& common = scope_.hub.common();
  const bool common_may = takes_all_ && caught_up_;
  if (const Outgoing* kept = common_may ? common.Find(position_, query_->view) : nullptr) {
    if (kept->through.sequence >= ring.newest().sequence) state_ = State::kWaiting;
    return WriteEvents(*kept);
  }
  const Batch batch = TakeFromRing(ring, NextSpan(), *query_);
  if (caught_up_ && batch.through().sequence >= ring.newest().sequence) state_ = State::kWaiting;
  if (batch.empty()) {
    MoveTo(batch.through());
    return Next();
  }
  const Outgoing outgoing = Pack(batch);
  if (common_may) common.Keep(position_, query_->view, outgoing);
  WriteEvents(outgoing);
}

Span Watch::NextSpan() const {
  Span span{position_};
  span.max_events = events_left_;
  if (!caught_up_) span.until = present_;
  return span;
}

void Watch::MoveTo(events::Position position) {
  if (position.sequence > position_.sequence) position_ = position;
}

Outgoing Watch::Pack(const Batch& batch) {
  return {static_cast<int64_t>(batch.entries().size()), batch.through(),
          EventsMessage(batch.entries(), scope_.hub.CursorField(batch.through()))};
}

// Knows only where nothing is filtered out.
bool Watch::LeavesNothingOut(const Outgoing& outgoing) const {
  return !takes_all_ || outgoing.events == outgoing.through.sequence - position_.sequence;
}

void Watch::WriteEvents(const Outgoing& outgoing) {
  if (!LeavesNothingOut(outgoing)) return Finish(GatewayBug("a watch that would leave events out"));
  const int64_t first = position_.sequence + 1;
  MoveTo(outgoing.through);
  events_left_ -= outgoing.events;
  if (events_left_ == 0) Decide(::netzme::v1::GOODBYE_REASON_MAX_EVENTS, {}, kSlow);
  if (scope_.metrics != nullptr) scope_.metrics->Delivered(outgoing.events);
  if (MayShow()) return Write(outgoing.message, position_.sequence);
  NoteAndWrite(first, outgoing);
}

bool Watch::MayShow() const {
  return viewer_ == nullptr ||
         (position_.sequence <= granted_.through && scope_.clock() < granted_.until);
}

void Watch::NoteAndWrite(int64_t first, const Outgoing& outgoing) {
  sending_ = Sending::kBeingNoted;
  since_ = scope_.clock();
  const int64_t through = outgoing.through.sequence;
  scope_.notes.Note(viewer_, {first, through, EventsAhead(granted_, through, since_)},
                    [weak = std::weak_ptr<Watch*>(self_), outgoing](absl::StatusOr<Grant> granted) {
                      if (const auto watch = weak.lock()) (*watch)->OnNoted(granted, outgoing);
                    });
}

void Watch::OnNoted(absl::StatusOr<Grant> granted, const Outgoing& outgoing) {
  if (state_ == State::kDone) return;
  if (!granted.ok()) return Finish(granted.status());
  granted_ = *granted;
  Write(outgoing.message, outgoing.through.sequence);
}

void Watch::WriteKind(const WatchUpgradesResponse& response) {
  Write(Message(response, scope_.hub.CursorField(position_)), position_.sequence);
}

void Watch::Write(const grpc::ByteBuffer& message, int64_t told) {
  sending_ = Sending::kInFlight;
  since_ = scope_.clock();
  told_sequence_ = told;
  stream_->Write(message);
}

void Watch::Decide(::netzme::v1::GoodbyeReason reason, absl::Status status, absl::Duration wait) {
  if (state_ == State::kDone) return;
  const absl::Time latest = scope_.clock() + wait;
  if (ending_ == nullptr) {
    ending_ = std::make_unique<Ending>(Ending{reason, std::move(status), latest});
  }
  ending_->latest = std::min(ending_->latest, latest);
  SetTimer();
}

void Watch::SayGoodbye() {
  WatchUpgradesResponse response;
  response.mutable_goodbye()->set_reason(ending_->reason);
  WriteKind(response);
  Finish(ending_->status);
}

void Watch::Finish(absl::Status status) {
  state_ = State::kDone;
  if (timer_ != 0) scope_.loop.Cancel(std::exchange(timer_, 0));
  stream_->Finish(std::move(status));
}

absl::Time Watch::Due() const {
  if (ending_ != nullptr) return ending_->latest;
  return std::min(since_ + (sending_ == Sending::kNothing ? heartbeat_interval_ : kSlow), LogDue());
}

absl::Time Watch::LogDue() const {
  const bool asks = turn_ != nullptr && (state_ == State::kResolving || state_ == State::kReading);
  return asks ? scope_.pool.SilentSince(*turn_) + kSilent : absl::InfiniteFuture();
}

void Watch::SetTimer() {
  if (timer_ != 0) scope_.loop.Cancel(timer_);
  // Writes do not move the timer: it looks again when it is early, and so often that whatever began
  // meanwhile is judged in time.
  const absl::Duration longest = std::min(heartbeat_interval_, kSlow);
  timer_ = scope_.loop.After(std::min(Due() - scope_.clock(), longest), [this] {
    timer_ = 0;
    OnTimer();
  });
}

void Watch::OnTimer() {
  if (scope_.clock() >= Due()) {
    if (ending_ != nullptr) return Finish(ending_->status);
    if (scope_.clock() >= LogDue()) return Finish(SilentLog());
    if (sending_ == Sending::kBeingNoted) return Finish(SilentLog());
    if (sending_ == Sending::kInFlight) {
      return Decide(::netzme::v1::GOODBYE_REASON_SLOW, SlowConsumer(), kGoodbyeWait);
    }
    Beat();
  }
  SetTimer();
}

void Watch::Beat() {
  if (state_ == State::kResolving) {
    since_ = scope_.clock();  // Nothing may come before `started`.
    return;
  }
  if (state_ == State::kWaiting) MoveTo(scope_.hub.ring().newest());
  WatchUpgradesResponse response;
  response.mutable_heartbeat();
  WriteKind(response);
}

}  // namespace kyc::netzme
