#include "server/events/jetstream/publisher.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/events/judge.h"
#include "server/events/write_queue.h"

namespace kyc::events::jetstream {
namespace {

using ::netzme::v1::UpgradeEvent;
using std::chrono::milliseconds;

// After a refusal: judged again so often at most.
constexpr int kMaxRefusals = 5;
// Whoever just won the race for a revision goes on at once, so the losers give it room: 4 ms at
// most after the first refusal, twice as much after each further one.
constexpr int kFirstPauseMs = 4;
// While NATS cannot be asked.
constexpr milliseconds kRetryPause{50};
// An answer that does not come within this part of the timeout is not waited for any longer: its
// server may be gone, and the next one may have a leader.
constexpr int kAttemptsPerTimeout = 5;

// How long an append without an answer counts against the log.
constexpr std::chrono::seconds kUnwritableFor{5};

Appended PlaceOf(const Latest& event, bool repeat) {
  return {.sequence = event.sequence, .revision = event.event.revision(), .repeat = repeat};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Publisher>> Publisher::Start(Connection& connection,
                                                            const LogFile& file,
                                                            PublisherOptions options) {
  std::string inbox = Connection::NewInbox();
  absl::StatusOr<std::unique_ptr<Subscription>> answers =
      connection.Subscribe(absl::StrCat(inbox, ".*.*"));
  if (!answers.ok()) return answers.status();
  return std::unique_ptr<Publisher>(
      new Publisher(connection, file, std::move(options), std::move(inbox), *std::move(answers)));
}

Publisher::Publisher(Connection& connection, const LogFile& file, PublisherOptions options,
                     std::string inbox, std::unique_ptr<Subscription> answers)
    : connection_(connection),
      file_(file),
      options_(std::move(options)),
      inbox_(std::move(inbox)),
      sender_(connection),
      subscription_(std::move(answers)),
      receiver_([this] { Receive(); }),
      worker_([this] { Work(); }) {}

Publisher::~Publisher() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
  }
  changed_.notify_one();
  worker_.join();
  stop_receiving_ = true;
  receiver_.join();
}

void Publisher::Append(UpgradeEvent notification,
                       absl::AnyInvocable<void(absl::StatusOr<Appended>) &&> done) {
  const Clock::time_point now = Clock::now();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!closing_ && waiting_ < options_.max_waiting) {
      ++waiting_;
      PendingAppend& append = admitted_.emplace_back();
      append.notification = std::move(notification);
      append.done = std::move(done);
      append.begin = now;
      append.deadline = now + absl::ToChronoMilliseconds(options_.timeout);
      changed_.notify_one();
      return;
    }
  }
  std::move(done)(TooManyWait());
}

void Publisher::Receive() {
  while (!stop_receiving_) {
    absl::StatusOr<absl::optional<Message>> message = subscription_->Next(absl::Milliseconds(100));
    if (!message.ok()) {
      absl::SleepFor(absl::Milliseconds(100));
      continue;
    }
    if (!message->has_value()) continue;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      answers_.push_back(**std::move(message));
    }
    changed_.notify_one();
  }
}

void Publisher::Work() {
  for (;;) {
    std::vector<PendingAppend> admitted;
    std::vector<Message> answers;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      const auto something = [this] { return closing_ || !admitted_.empty() || !answers_.empty(); };
      if (appends_.empty()) {
        changed_.wait(lock, something);
        if (closing_ && admitted_.empty()) return;
      } else {
        const auto news = [this] { return !admitted_.empty() || !answers_.empty(); };
        changed_.wait_until(lock, appends_.Next().due, news);
      }
      admitted.swap(admitted_);
      answers.swap(answers_);
    }
    for (const Message& answer : answers) OnAnswer(answer);
    for (PendingAppend& append : admitted) Admit(std::move(append));
    OnDue();
  }
}

void Publisher::Admit(PendingAppend admitted) {
  admitted.draft = Draft(admitted.notification, file_);
  admitted.subject = SubjectOf(options_.subject_prefix, admitted.draft.reference_digest());
  admitted.notification.Clear();
  PendingAppend& append = appends_.Add(std::move(admitted));
  if (appends_.IsFirst(append)) Read(append);
}

void Publisher::OnAnswer(const Message& message) {
  const std::vector<absl::string_view> tokens = absl::StrSplit(message.subject, '.');
  uint64_t id = 0;
  uint64_t attempt = 0;
  if (tokens.size() < 2 || !absl::SimpleAtoi(tokens[tokens.size() - 2], &id) ||
      !absl::SimpleAtoi(tokens.back(), &attempt)) {
    return;
  }
  PendingAppend* found = appends_.Find(id);
  if (found == nullptr || found->attempt != attempt) return;  // Too late.
  PendingAppend& append = *found;
  if (append.step == PendingAppend::Step::kReading) {
    OnRead(append, message);
  } else if (append.step == PendingAppend::Step::kLookingBack) {
    OnLookedBack(append, message);
  } else if (append.step == PendingAppend::Step::kPublishing) {
    OnPublished(append, message);
  }
}

void Publisher::OnDue() {
  const Clock::time_point now = Clock::now();
  while (!appends_.empty() && appends_.Next().due <= now) {
    PendingAppend& append = appends_.Next();
    if (now >= append.deadline) {
      NoteFailed(now);
      Answer(append, Unreachable("no answer in time"));
    } else {
      if (append.step == PendingAppend::Step::kPublishing) {
        append.unanswered_after = SequenceOf(append.latest);
      }
      Read(append);  // The pause is over, or the answer did not come.
    }
  }
}

void Publisher::Read(PendingAppend& append) {
  if (!connection_.connected()) {
    return Wait(append, PendingAppend::Step::kPausing, kRetryPause);
  }
  append.step = PendingAppend::Step::kReading;
  Send(append, ReadRequest(append, options_.stream));
}

void Publisher::OnRead(PendingAppend& append, const Message& message) {
  if (!Take(append, message, append.latest)) return;
  const bool may_be_behind = append.unanswered_after.has_value() &&
                             *append.unanswered_after != SequenceOf(append.latest) &&
                             !IsOurs(append, append.latest);
  if (!may_be_behind) return JudgeAndPublish(append);
  append.step = PendingAppend::Step::kLookingBack;
  Send(append, LookBackRequest(append, options_.stream));
}

void Publisher::OnLookedBack(PendingAppend& append, const Message& message) {
  absl::optional<Latest> event;
  if (!Take(append, message, event)) return;
  if (IsOurs(append, event)) return Answer(append, PlaceOf(*event, /*repeat=*/false));
  append.unanswered_after.reset();  // Another one has its place: it never will be stored.
  JudgeAndPublish(append);
}

bool Publisher::Take(PendingAppend& append, const Message& message, absl::optional<Latest>& event) {
  absl::StatusOr<absl::optional<Latest>> found =
      EventIn(message, append, file_.log_id, options_.message_key);
  if (found.ok()) {
    event = *std::move(found);
  } else if (absl::IsDataLoss(found.status())) {
    Answer(append, Unreachable(found.status().message()));
  } else {
    Wait(append, PendingAppend::Step::kPausing, kRetryPause);
  }
  return found.ok();
}

void Publisher::JudgeAndPublish(PendingAppend& append) {
  const Verdict verdict = Judge(StateOf(append.latest), append.draft.content_digest());
  if (verdict.repeat) {
    // It may be this very append, stored by an attempt whose answer was lost.
    return Answer(append, PlaceOf(*append.latest, !IsOurs(append, append.latest)));
  }
  Place(verdict, append.latest, append.draft);
  append.step = PendingAppend::Step::kPublishing;
  Send(append, PublishRequest(append, options_.stream, file_.log_id, options_.message_key));
#ifdef KYC_DEFECT_ANSWER_BEFORE_ACK  // For the tests' own test: promises what is not yet kept.
  Answer(append, Appended{.sequence = 0, .revision = verdict.revision});
#endif
}

void Publisher::OnPublished(PendingAppend& append, const Message& message) {
  const absl::StatusOr<PublishAnswer> answer = ReadPublishAnswer(message);
  if (!answer.ok()) {
    append.unanswered_after = SequenceOf(append.latest);
    return Wait(append, PendingAppend::Step::kPausing, kRetryPause);
  }
#ifdef KYC_DEFECT_TRUSTED_DUPLICATE  // For the tests' own test: takes another's message for its
                                     // own.
  if (answer->kind == PublishAnswer::Kind::kRefused) return Again(append);
#else
  if (answer->kind != PublishAnswer::Kind::kStored) return Again(append);
#endif
  append.latest = Latest{answer->sequence, append.draft};
  Answer(append, PlaceOf(*append.latest, /*repeat=*/false));
}

// A duplicate proves nothing about this message: it may be another publisher's of the same
// revision, or one that is never stored. Only the latest message tells.
void Publisher::Again(PendingAppend& append) {
  if (append.refusals == kMaxRefusals) {
    return Answer(append, Unreachable("others were always first"));
  }
  const int longest = kFirstPauseMs << append.refusals++;
  std::uniform_int_distribution<int> pause(0, longest * 1000);
  Wait(append, PendingAppend::Step::kPausing, std::chrono::microseconds(pause(random_)));
}

void Publisher::Wait(PendingAppend& append, PendingAppend::Step step, Clock::duration delay) {
  append.step = step;
  ++append.attempt;
  appends_.SetDue(append, delay);
}

void Publisher::Send(PendingAppend& append, Outgoing outgoing) {
  Wait(append, append.step, absl::ToChronoMilliseconds(options_.timeout) / kAttemptsPerTimeout);
  outgoing.reply = absl::StrCat(inbox_, ".", append.id, ".", append.attempt);
  sender_.Push(std::move(outgoing));  // If there is no room, no answer comes, and it is due again.
}

void Publisher::Answer(PendingAppend& append, absl::StatusOr<Appended> answer) {
  const bool answered = answer.ok();
  if (answered) {
    if (failed_.exchange(Clock::time_point()) != Clock::time_point()) {
      options_.metrics->LogWritable(true);
    }
    options_.metrics->Committed(answer->repeat ? 0 : 1, answer->repeat ? 1 : 0,
                                absl::FromChrono(Clock::now() - append.begin));
  }
  absl::optional<Latest> latest = std::move(append.latest);
  auto done = std::move(append.done);
  PendingAppend* next = appends_.Remove(append);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    --waiting_;
  }
  std::move(done)(std::move(answer));
  if (next == nullptr) return;
  // What was just learnt may have been overtaken: good enough to try with, since a publish is
  // checked, but not to call something a repeat.
  next->latest = std::move(latest);
  const bool tries = answered && !Judge(StateOf(next->latest), next->draft.content_digest()).repeat;
  tries ? JudgeAndPublish(*next) : Read(*next);
}

void Publisher::NoteFailed(Clock::time_point now) {
  if (failed_.exchange(now) == Clock::time_point()) options_.metrics->LogWritable(false);
  options_.metrics->CommitFailed();
}

bool Publisher::writable() const {
  return connection_.connected() && Clock::now() - failed_.load() > kUnwritableFor;
}

}  // namespace kyc::events::jetstream
