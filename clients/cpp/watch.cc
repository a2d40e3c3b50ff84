#include "clients/cpp/watch.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"

namespace kyc_gateway {

namespace errors = ::kyc::errors::v1;
namespace netzme = ::netzme::v1;
using netzme::WatchUpgradesResponse;

namespace {

bool IsCursorProblem(const Error& error) {
  return error.reason == errors::REASON_CURSOR_EXPIRED ||
         error.reason == errors::REASON_CURSOR_FOREIGN ||
         error.reason == errors::REASON_CURSOR_AHEAD ||
         error.reason == errors::REASON_CURSOR_INVALID;
}

// Later, these may be a rotation of tokens or an upgrade, which passes.
bool IsWrongAtFirst(const Error& error) {
  return error.code == grpc::StatusCode::UNAUTHENTICATED ||
         error.code == grpc::StatusCode::PERMISSION_DENIED ||
         error.code == grpc::StatusCode::UNIMPLEMENTED;
}

}  // namespace

// One stream on a connection of its own. The stream is the tag of its one operation.
struct Watch::Stream {
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<netzme::UpgradeNotificationService::Stub> stub;
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientAsyncReader<WatchUpgradesResponse>> reader;
  WatchUpgradesResponse message;
  grpc::Status status;
  bool busy = false;  // An operation is under way.
};

Watch::Watch(Target target, CursorStore& cursors, WatchOptions options)
    : target_(std::move(target)),
      cursors_(cursors),
      options_(std::move(options)),
      complete_at_(std::chrono::steady_clock::now()) {}

Watch::~Watch() {
  Close();
  {
    const std::lock_guard lock(stopping_);
    stop_alarm_.reset();
  }
  queue_.Shutdown();
  void* tag;
  bool ok;
  while (queue_.Next(&tag, &ok)) {
  }
}

void Watch::Stop() {
  const std::lock_guard lock(stopping_);
  if (!stop_alarm_) stop_alarm_.emplace().Set(&queue_, absl::ToChronoTime(absl::Now()), nullptr);
}

std::optional<Batch> Watch::Next() {
  if (!cursor_ && !error_) {
    auto loaded = cursors_.Load();
    if (loaded.ok()) {
      cursor_ = *std::move(loaded);
    } else {
      GiveUp({.message = std::string(loaded.status().message())});
    }
  }
  while (!error_ && !stopped_) {
    if (!stream_) Open();
    Event event = stream_->busy ? Wait(3 * options_.heartbeat) : Event::kDone;
    if (event == Event::kDone) {
      stream_->reader->Read(&stream_->message, stream_.get());
      stream_->busy = true;
      event = Wait(3 * options_.heartbeat);
    }
    if (event == Event::kStopped) break;
    if (event != Event::kDone) {
      GoOn(EndOf(event));
      continue;
    }
    WatchUpgradesResponse& message = stream_->message;
    if (const int64_t number = Take(message); number != 0) {
      return Batch{std::move(*message.mutable_events()), message.cursor(), number};
    }
    Move(0, message.cursor());
  }
  Close();
  Enter(WatchState::kStopped, nullptr);
  return std::nullopt;
}

bool Watch::Confirm(const Batch& batch) { return Move(batch.number, batch.cursor); }

void Watch::Open() {
  Enter(WatchState::kConnecting, nullptr);
  confirmed_ = handed_;  // What was handed out without being confirmed will come again.
  near_retention_ = false;
  netzme::WatchUpgradesRequest request;
  *request.mutable_filter() = options_.filter;
  request.set_view(options_.view);
  const int64_t nanos = absl::ToInt64Nanoseconds(options_.heartbeat);
  request.mutable_heartbeat_interval()->set_seconds(nanos / 1'000'000'000);
  request.mutable_heartbeat_interval()->set_nanos(static_cast<int>(nanos % 1'000'000'000));
  if (!cursor_->empty()) {
    request.set_cursor(*cursor_);
  } else if (options_.since) {
    const int64_t seconds = absl::ToUnixSeconds(*options_.since);
    request.mutable_since()->set_seconds(seconds);
    request.mutable_since()->set_nanos(static_cast<int>(
        absl::ToInt64Nanoseconds(*options_.since - absl::FromUnixSeconds(seconds))));
  } else {
    request.set_from(options_.start);
  }
  stream_ = std::make_unique<Stream>();
  stream_->channel = target_.Open();
  stream_->stub = netzme::UpgradeNotificationService::NewStub(stream_->channel);
  target_.Authorize(stream_->context);
  stream_->reader = stream_->stub->PrepareAsyncWatchUpgrades(&stream_->context, request, &queue_);
  stream_->reader->StartCall(stream_.get());
  stream_->busy = true;
}

void Watch::Close() {
  if (!stream_) return;
  stream_->context.TryCancel();
  while (stream_->busy) Wait(absl::InfiniteDuration());
  stream_.reset();
}

Watch::Event Watch::Wait(absl::Duration limit) {
  const auto deadline = absl::ToChronoTime(absl::Now() + limit);
  void* tag = nullptr;
  bool ok = false;
  if (queue_.AsyncNext(&tag, &ok, deadline) != grpc::CompletionQueue::GOT_EVENT) {
    return Event::kSilence;
  }
  if (tag == nullptr) {
    stopped_ = true;
    return Event::kStopped;
  }
  stream_->busy = false;
  return ok ? Event::kDone : Event::kFailed;
}

Error Watch::EndOf(Event event) {
  if (event == Event::kFailed) {
    stream_->reader->Finish(&stream_->status, stream_.get());
    stream_->busy = true;
    event = Wait(3 * options_.heartbeat);
  }
  if (event != Event::kDone) {
    return {.code = grpc::StatusCode::UNAVAILABLE, .message = "the server has fallen silent"};
  }
  return ErrorOf(stream_->status, true);
}

int64_t Watch::Take(const WatchUpgradesResponse& message) {
  int64_t number = 0;
  switch (message.kind_case()) {
    case WatchUpgradesResponse::kStarted:
      started_once_ = true;
      Enter(WatchState::kCatchingUp, nullptr);
      break;
    case WatchUpgradesResponse::kCaughtUp:
      Enter(WatchState::kLive, nullptr);
      break;
    case WatchUpgradesResponse::kGoodbye:
      near_retention_ = message.goodbye().reason() == netzme::GOODBYE_REASON_NEAR_RETENTION;
      break;
    case WatchUpgradesResponse::kHeartbeat:
      fruitless_ = 0;
      break;
    case WatchUpgradesResponse::kEvents:
      fruitless_ = 0;
      number = ++handed_;
      break;
    default:
      break;
  }
  if (state_ == WatchState::kLive) complete_at_ = std::chrono::steady_clock::now();
  return number;
}

// Behind a message without a batch only when every batch is confirmed.
bool Watch::Move(int64_t number, const std::string& cursor) {
  if (number == 0 ? confirmed_ < handed_ : number <= confirmed_) return true;
  confirmed_ = std::max(confirmed_, number);
  if (cursor.empty() || cursor == *cursor_) return true;
  return Save(cursor);
}

bool Watch::Save(std::string cursor) {
  cursor_ = std::move(cursor);
  const absl::Status saved = cursors_.Save(*cursor_);
  return saved.ok() || GiveUp({.message = std::string(saved.message())});
}

bool Watch::GoOn(Error error) {
  Close();
  if (stopped_) return false;
  if (IsCursorProblem(error)) return ReplaceCursor(std::move(error));
  if (error.code == grpc::StatusCode::INVALID_ARGUMENT ||
      (!started_once_ && IsWrongAtFirst(error))) {
    return GiveUp(std::move(error));
  }
  Enter(WatchState::kWaiting, &error);
  if (near_retention_) return true;
  const absl::Duration asked = std::min(error.retry_delay, absl::Minutes(1));
  return Wait(std::max(PauseAfter(fruitless_++, absl::Seconds(10)), asked)) != Event::kStopped;
}

bool Watch::ReplaceCursor(Error error) {
  CursorProblem problem{error.reason, *cursor_, error.metadata["oldestCursor"],
                        error.metadata["newestCursor"], error};
  std::string other = options_.on_cursor_problem ? options_.on_cursor_problem(problem) : "";
  return other.empty() ? GiveUp(std::move(error)) : Save(std::move(other));
}

bool Watch::GiveUp(Error error) {
  error_ = std::move(error);
  return false;
}

void Watch::Enter(WatchState state, const Error* error) {
  if (state_.exchange(state) != state && options_.on_state) options_.on_state(state, error);
}

}  // namespace kyc_gateway
