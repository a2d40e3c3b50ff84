#include "server/events/postgres/tail.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/events/chain_check.h"
#include "server/events/postgres/await.h"
#include "server/events/postgres/event_rows.h"
#include "server/events/postgres/log_row.h"

namespace kyc::events::postgres {
namespace {

constexpr absl::Duration kTripLimit = absl::Seconds(2);
// After a fault.
constexpr absl::Duration kBetweenTries = absl::Milliseconds(200);
// While what is there is not proven yet, it is asked for again so soon.
constexpr absl::Duration kProofLimit = absl::Milliseconds(100);
constexpr int kPage = 256;

std::string AskSql() {
  return absl::StrCat("SELECT ", kEventColumns,
                      " FROM event WHERE sequence > $1::bigint ORDER BY sequence LIMIT ", kPage);
}

const Statement& Page() {
  static const std::string* sql = new std::string(AskSql());
  static const Statement statement = {"tail", sql->c_str()};
  return statement;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Tail>> Tail::Start(LogContext& context, TailOptions options) {
  const int wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake < 0) return absl::UnavailableError("no file is left to wake the reader by");
  std::unique_ptr<Tail> tail(new Tail(context, options, wake));
  tail->thread_ = std::thread([raw = tail.get()] { raw->Run(); });
  return tail;
}

Tail::Tail(LogContext& context, TailOptions options, int wake)
    : context_(context), options_(options), wake_(wake), told_(context.progress.newest()) {}

Tail::~Tail() {
  ends_ = true;
  Wake();
  thread_.join();
  close(wake_);
}

void Tail::Wake() const {
  const uint64_t one = 1;
  // A counter that is full wakes, too.
  [[maybe_unused]] const ssize_t written = write(wake_, &one, sizeof(one));
}

void Tail::SetOnCommitted(EventLog::OnCommitted on_committed) {
  const std::lock_guard<std::mutex> lock(mutex_);
  on_committed_ = std::move(on_committed);
}

void Tail::SetOnTrimming(EventLog::OnTrimming on_trimming) {
  int64_t told = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    on_trimming_ = on_trimming;
    told = told_due_;
  }
  if (told > context_.progress.trimmed().sequence) on_trimming(told);
}

void Tail::SetOnRewritten(EventLog::OnRewritten on_rewritten) {
  const std::lock_guard<std::mutex> lock(mutex_);
  on_rewritten_ = std::move(on_rewritten);
}

void Tail::Run() {
  while (!ends_) {
    more_ = false;
    const absl::Status looked = Look();
    if (!looked.ok()) connection_.reset();
    if (!ends_) Pause(looked.ok() && more_);
  }
}

void Tail::Pause(bool more) {
  if (more) return;
  if (connection_ == nullptr) {
    AwaitAny({{wake_, POLLIN}}, kBetweenTries);
  } else {
    AwaitAny({{wake_, POLLIN}, connection_->awaits()}, options_.poll_interval);
  }
  uint64_t count = 0;
  while (read(wake_, &count, sizeof(count)) > 0) {
  }
  if (connection_ != nullptr && !connection_->TakeNotifications()) connection_.reset();
}

absl::Status Tail::Look() {
  if (connection_ == nullptr) {
    if (absl::Status connected = Connect(); !connected.ok()) return connected;
  }
  absl::StatusOr<std::vector<Event>> events = Ask();
  if (!events.ok()) return events.status();
  if (!events->empty()) Tell(*std::move(events));
  TellTrimming(due_);
  TellRewritten();
  return absl::OkStatus();
}

absl::Status Tail::Connect() {
  absl::StatusOr<Primary> primary =
      ConnectToOurs(context_, "kyc-gateway tail", ReaderSettings(kTripLimit));
  if (!primary.ok()) return primary.status();
  connection_ = std::move(primary->connection);
  if (!context_.servers.options().has_timelines) return absl::OkStatus();
  // Before the first look: what is committed in between is seen by that.
  Trip trip;
  trip.Add(std::string("LISTEN kyc_log"));
  return connection_->Run(trip, kTripLimit).status();
}

absl::StatusOr<std::vector<Event>> Tail::Ask() {
  Trip trip;
  trip.Add(Page(), {Value::Integer(told_.sequence)}).Add(kReadLogRow);
  context_.proof.Ask(trip);
  const absl::StatusOr<std::vector<Rows>> answers = connection_->Run(trip, kTripLimit);
  if (!answers.ok()) return answers.status();
  const Rows& rows = (*answers)[0];
  if (TimelineIn(answers->back()) < context_.servers.known().timeline) {
    return Unreachable("it is an old primary by now");
  }
  const LogRow row = LogRowIn((*answers)[1]);
  context_.progress.SetTrimmed(row.trimmed);
  due_ = row.due_sequence;
  rewritten_ = row.rewritten;
  if (rows.size() == 0) return std::vector<Event>();
  const absl::StatusOr<Proven> proven =
      context_.proof.Await(answers->back(), *connection_, kProofLimit);
  // Held back; what is missing may come with the next look.
  if (!proven.ok()) return std::vector<Event>();
  ChainCheck chain(told_);
  absl::StatusOr<std::vector<Event>> events = EventsIn(rows, context_.log, &chain);
  if (!events.ok()) return events.status();
  const EventRow last = EventRowIn(rows, rows.size() - 1);
  told_ = {last.sequence, std::string(last.chain), last.received_time_us};
  context_.Advance(told_, *proven);
  more_ = rows.size() == kPage;
  return events;
}

void Tail::Tell(std::vector<Event> events) {
  EventLog::OnCommitted on_committed;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    on_committed = on_committed_;
  }
  if (on_committed == nullptr) return;
  on_committed(std::make_shared<const std::vector<Event>>(std::move(events)));
}

// After what was read before it: that may be from before it was changed. One that began before this
// process did concerns nobody here, and is told all the same.
void Tail::TellRewritten() {
  EventLog::OnRewritten on_rewritten;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    on_rewritten = on_rewritten_;
  }
  if (on_rewritten == nullptr || rewritten_ == told_rewritten_) return;
  told_rewritten_ = rewritten_;
  on_rewritten();
}

void Tail::TellTrimming(int64_t due) {
  EventLog::OnTrimming on_trimming;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (due <= told_due_ || due <= context_.progress.trimmed().sequence) return;
    told_due_ = due;
    on_trimming = on_trimming_;
  }
  if (on_trimming != nullptr) on_trimming(due);
}

}  // namespace kyc::events::postgres
