#include "server/events/jetstream/follower.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/events/jetstream/api.h"
#include "server/events/jetstream/stored_event.h"

namespace kyc::events::jetstream {
namespace {

constexpr absl::Duration kHeartbeat = absl::Seconds(1);
// A consumer that says nothing for so long is given up.
constexpr absl::Duration kSilence = absl::Seconds(3);
constexpr absl::Duration kRequestTimeout = absl::Seconds(2);
// How long its thread may wait without looking whether it should end.
constexpr absl::Duration kTick = absl::Milliseconds(200);
// Bounds a transaction.
constexpr size_t kMaxBatch = 512;

// A leader that was just elected may not know its last messages for a moment.
constexpr absl::Duration kAheadAtMost = absl::Seconds(10);

absl::Status Ahead() {
  return absl::FailedPreconditionError(
      "the stream ends before this gateway's read model: it has lost acknowledged events, or was "
      "put back to an older state; a restart makes the read model anew");
}

}  // namespace

Follower::Follower(Connection& connection, const LogFile& file, ReadModel& model,
                   FollowerOptions options)
    : connection_(connection),
      file_(file),
      model_(model),
      options_(std::move(options)),
      next_trim_(options_.clock()),
      thread_([this] { Run(); }) {}

Follower::~Follower() {
  stop_ = true;
  thread_.join();
}

void Follower::Run() {
  while (!stop_) {
    const absl::Status ended = Follow();
    if (stop_) return;
    if (ended.ok()) continue;
    Log(ended);
    TrimIfDue();
    absl::SleepFor(kTick);
  }
}

absl::Status Follower::Follow() {
  bool begins_later = false;
  if (absl::Status status = CheckStream(begins_later); !status.ok()) return status;
  absl::StatusOr<std::unique_ptr<Subscription>> subscription = Consume();
  if (!subscription.ok()) return subscription.status();
  std::vector<StreamEvent> batch;
  while (!stop_) {
    batch.clear();
    const absl::StatusOr<bool> goes_on = Take(**subscription, batch);
    if (!goes_on.ok()) return goes_on.status();
    if (!batch.empty()) {
      if (absl::Status status = Apply(batch, begins_later); !status.ok()) return status;
      last_line_.clear();
    }
    if (!*goes_on) return absl::OkStatus();
    if (absl::Now() - last_sign_ > kSilence) return Unreachable("the stream's consumer is silent");
    TrimIfDue();
  }
  return absl::OkStatus();
}

absl::Status Follower::CheckStream(bool& begins_later) {
  const absl::StatusOr<StreamState> state = LookAtStream(connection_, options_.stream, file_.keys);
  if (!state.ok()) return state.status();
  if (state->log_id != file_.log_id) {
    return absl::FailedPreconditionError("the stream was made anew: it is another log now");
  }
  const int64_t applied = model_.ends().newest.sequence;
  if (state->last_sequence < applied) {
    ahead_since_ = std::min(ahead_since_, absl::Now());
    const bool lasts = absl::Now() - ahead_since_ > kAheadAtMost;
    return lasts ? Ahead() : Unreachable("the stream's leader does not know its end yet");
  }
  ahead_since_ = absl::InfiniteFuture();
  begins_later = state->first_sequence > applied + 1;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Subscription>> Follower::Consume() {
  const std::string inbox = Connection::NewInbox();
  absl::StatusOr<std::unique_ptr<Subscription>> subscription = connection_.Subscribe(inbox);
  if (!subscription.ok()) return subscription.status();
  const std::string request = ConsumerCreateRequest(options_.stream.name, inbox,
                                                    model_.ends().newest.sequence + 1, kHeartbeat);
  const absl::StatusOr<Message> answer =
      connection_.Request(ConsumerCreateSubject(options_.stream.name), request, kRequestTimeout);
  if (!answer.ok()) return answer.status();
  if (absl::Status status = ReadConsumerCreated(*answer); !status.ok()) return status;
  consumer_sequence_ = 0;
  last_sign_ = absl::Now();
  return subscription;
}

absl::StatusOr<bool> Follower::Take(Subscription& subscription, std::vector<StreamEvent>& batch) {
  absl::Duration wait = kTick;
  while (batch.size() < kMaxBatch) {
    absl::StatusOr<absl::optional<Message>> message = subscription.Next(wait);
    if (!message.ok()) return message.status();
    if (!message->has_value()) return true;
    wait = absl::ZeroDuration();
    last_sign_ = absl::Now();
    if (!(*message)->status.empty()) {
      if (!OnServersWord(**message)) return false;
      continue;
    }
    const absl::optional<Delivered> delivered = ReadDelivered((*message)->reply);
    if (!delivered.has_value()) return false;
    if (delivered->consumer_sequence != consumer_sequence_ + 1) return false;
    ++consumer_sequence_;
    pending_ = delivered->pending;
    absl::StatusOr<kyc::log::v1::StoredEvent> event =
        Decode((*message)->data, file_.log_id, (*message)->subject, options_.message_key);
    if (!event.ok()) {
      Log(absl::DataLossError(
          absl::StrCat(event.status().message(), "; skipped: sequence ", delivered->sequence)));
      continue;
    }
    batch.push_back({delivered->sequence, delivered->time_us, *std::move(event)});
  }
  return true;
}

// A heartbeat tells what was delivered last; flow control waits for an answer.
bool Follower::OnServersWord(const Message& message) {
  for (const std::string& to : {message.reply, message.stalled_reply}) {
    if (!to.empty() && !connection_.Publish(to, "", {}, "").ok()) return false;
  }
  int64_t last = 0;
  if (!absl::SimpleAtoi(message.last_consumer_sequence, &last)) return message.status == "100";
  return last == consumer_sequence_;
}

absl::Status Follower::Apply(const std::vector<StreamEvent>& batch, bool& begins_later) {
  if (begins_later) {
    if (absl::Status status = model_.BeginAfter(batch.front()); !status.ok()) return status;
    begins_later = false;
  }
  absl::Status applied = model_.Apply(batch, options_.retention, options_.clock());
  if (!applied.ok()) return applied;
  options_.metrics->LogBehind(pending_);
  TellIfCopiesDiffer(batch);
  return absl::OkStatus();
}

void Follower::TellIfCopiesDiffer(const std::vector<StreamEvent>& applied) {
  const absl::StatusOr<std::vector<int64_t>> misplaced = model_.WithAnotherBefore(applied);
  if (!misplaced.ok()) return Log(misplaced.status());
  if (misplaced->empty()) return;
  options_.metrics->LogCopiesDiffer(static_cast<int64_t>(misplaced->size()));
  if (options_.log != nullptr && !told_copies_differ_) {
    options_.log(absl::StrCat(
        "the servers' copies of the stream differ: the event before sequence ", misplaced->front(),
        " of its reference is not the one that its publisher knew of; said once, then counted"));
  }
  told_copies_differ_ = true;
}

void Follower::TrimIfDue() {
  const absl::Time now = options_.clock();
  if (now < next_trim_) return;
  const absl::StatusOr<bool> more = model_.Trim(options_.retention, now, options_.trim_interval);
  if (!more.ok()) Log(more.status());
  next_trim_ = more.ok() && *more ? now : now + options_.trim_interval;
}

// The same line once, not five times a second.
void Follower::Log(const absl::Status& status) {
  const std::string line = absl::StrCat("following the stream: ", std::string(status.message()));
  if (options_.log == nullptr || line == last_line_) return;
  last_line_ = line;
  options_.log(line);
}

}  // namespace kyc::events::jetstream
