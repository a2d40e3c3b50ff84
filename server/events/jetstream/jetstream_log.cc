#include "server/events/jetstream/jetstream_log.h"

#include <sys/stat.h>

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/call/error.h"
#include "server/crypto/mac.h"
#include "server/events/cursor.h"
#include "server/events/cursor_errors.h"
#include "server/events/jetstream/stored_event.h"
#include "server/events/reads.h"

namespace kyc::events::jetstream {
namespace {

constexpr size_t kLookupKeyBytes = 32;
constexpr absl::Duration kBetweenTries = absl::Milliseconds(200);
// How long a reader waits for this gateway to come where its cursor is; the second one at a time.
constexpr absl::Duration kCatchUp = absl::Seconds(5);
constexpr absl::Duration kShortCatchUp = absl::Milliseconds(100);

absl::Status DoesNotFollow() { return Unreachable("this gateway does not follow the stream"); }

absl::Status Lags() {
  Error error;
  error.code = absl::StatusCode::kUnavailable;
  error.reason = "LOG_UNAVAILABLE";
  error.message = "This gateway has not yet read the event log as far as the cursor";
  error.retry_after = absl::Seconds(1);
  return ToStatus(error);
}

absl::Status CheckOptions(const JetStreamLogOptions& options) {
  if (options.lookup_key.Reveal().size() != kLookupKeyBytes) {
    return absl::InvalidArgumentError("The look-up key must have 32 bytes");
  }
  if (options.stream.max_age < options.retention.age) {
    return absl::InvalidArgumentError(
        "References must be remembered at least as long as their events");
  }
  return absl::OkStatus();
}

// Tries until it works, is refused for good, or the options' time from `begin` on is over.
template <typename Try>
auto Persist(const JetStreamLogOptions& options, absl::Time begin, Try attempt)
    -> decltype(attempt()) {
  for (bool told = false;; told = true) {
    auto result = attempt();
    const bool waits =
        absl::IsUnavailable(result.status()) && absl::Now() < begin + options.start_timeout;
    if (!waits) return result;
    if (!told && options.log != nullptr) {
      options.log(absl::StrCat(std::string(result.status().message()), " Tried for up to ",
                               absl::FormatDuration(options.start_timeout)));
    }
    absl::SleepFor(kBetweenTries);
  }
}

absl::StatusOr<std::unique_ptr<SqliteLog>> OpenQuarantine(const JetStreamLogOptions& options) {
  SqliteLogOptions local;
  local.path = absl::StrCat(options.folder, "/quarantine.db");
  local.sealing_keys = options.sealing_keys;
  local.lookup_key = options.lookup_key;
  local.writer.retention = options.retention;
  local.writer.quarantine = options.quarantine;
  local.writer.max_waiting = options.max_waiting;
  local.writer.metrics = options.metrics;
  local.read_time_limit = options.read_time_limit;
  return SqliteLog::Open(std::move(local));
}

// A read model that is further than the stream, or has another event at its end than the stream
// there, is of a history that the stream lost.
absl::StatusOr<bool> Agrees(Connection& connection, const StreamOptions& stream,
                            const LogFile& file, const Secret& message_key,
                            const ReadModel& model) {
  const int64_t newest = model.ends().newest.sequence;
  if (newest == 0) return true;
  const absl::StatusOr<StreamState> state = LookAtStream(connection, stream, file.keys);
  if (!state.ok()) return state.status();
  if (state->last_sequence < newest) return false;
  const absl::StatusOr<std::string> here = model.NewestEventId();
  if (!here.ok()) return here.status();
  const absl::StatusOr<absl::optional<Kept>> there = MessageAt(connection, stream.name, newest);
  if (!there.ok()) return there.status();
  if (here->empty() || !there->has_value()) return true;
  const auto event = Decode((*there)->data, file.log_id, (*there)->subject, message_key);
  return event.ok() && event->event_id() == *here;
}

}  // namespace

absl::StatusOr<std::unique_ptr<JetStreamLog>> JetStreamLog::Open(JetStreamLogOptions options) {
  const absl::Time begin = absl::Now();
  if (absl::Status status = CheckOptions(options); !status.ok()) return status;
  absl::StatusOr<crypto::Sealer> sealer = crypto::Sealer::Make(options.sealing_keys);
  if (!sealer.ok()) return sealer.status();
  const LogKeys keys(options.lookup_key);
  mkdir(options.folder.c_str(), 0700);  // If it cannot be made, the files in it cannot either.
  absl::StatusOr<std::unique_ptr<SqliteLog>> quarantine = OpenQuarantine(options);
  if (!quarantine.ok()) return quarantine.status();

  const auto connect = [&] { return Connection::Open(options.connection); };
  absl::StatusOr<std::unique_ptr<Connection>> publishing = Persist(options, begin, connect);
  if (!publishing.ok()) return publishing.status();
  const absl::StatusOr<StreamState> stream =
      Persist(options, begin, [&] { return PrepareStream(**publishing, options.stream, keys); });
  if (!stream.ok()) return stream.status();
  if (stream->leader_is_old && options.log != nullptr) {
    options.log(
        "the stream's leader is a nats-server older than 2.10: after one was killed the servers' "
        "copies may differ; run a current one");
  }

  LogFile file{{stream->log_id, keys, *std::move(sealer)},
               absl::StrCat(options.folder, "/read-model.db"),
               /*chain_is_cumulative=*/false,
               FileIdentity()};
  std::unique_ptr<JetStreamLog> log(
      new JetStreamLog(std::move(file), options.stream, *std::move(quarantine)));
  log->publishing_ = *std::move(publishing);
  if (absl::Status status = log->Publish(options, stream->subject_prefix); !status.ok()) {
    return status;
  }
  if (options.follows) {
    if (absl::Status status = log->Follow(options); !status.ok()) return status;
  }
  if (options.say != nullptr) options.say(log->Summary());
  return log;
}

std::string JetStreamLog::Summary() const {
  std::string summary = absl::StrCat("event log opened: id ", absl::BytesToHexString(file_.log_id),
                                     ", stream ", stream_.name, ", ");
  if (model_ == nullptr) return summary + "not followed";
  return absl::StrCat(summary, "followed so far to event ", model_->ends().newest.sequence);
}

JetStreamLog::JetStreamLog(LogFile file, StreamOptions stream,
                           std::unique_ptr<SqliteLog> quarantine)
    : file_(std::move(file)), stream_(std::move(stream)), quarantine_(std::move(quarantine)) {}

JetStreamLog::~JetStreamLog() = default;

absl::Status JetStreamLog::Publish(const JetStreamLogOptions& options, std::string subject_prefix) {
  PublisherOptions publisher;
  publisher.stream = options.stream.name;
  publisher.subject_prefix = std::move(subject_prefix);
  publisher.message_key = MessageKey(options.lookup_key);
  publisher.timeout = options.publish_timeout;
  publisher.max_waiting = options.max_waiting;
  publisher.metrics = options.metrics;
  auto started = Publisher::Start(*publishing_, file_, std::move(publisher));
  if (!started.ok()) return started.status();
  publisher_ = *std::move(started);
  return absl::OkStatus();
}

absl::Status JetStreamLog::Follow(const JetStreamLogOptions& options) {
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(options.connection);
  if (!connection.ok()) return connection.status();
  following_ = *std::move(connection);
  absl::StatusOr<std::unique_ptr<ReadModel>> model =
      ReadModel::Open(file_, options.read_time_limit);
  if (!model.ok()) return model.status();
  model_ = *std::move(model);
  if (absl::Status status = Reconcile(options); !status.ok()) return status;
  FollowerOptions follower;
  follower.stream = stream_;
  follower.message_key = MessageKey(options.lookup_key);
  follower.retention = options.retention;
  follower.trim_interval = options.trim_interval;
  follower.metrics = options.metrics;
  follower.log = options.log;
  follower_ = std::make_unique<Follower>(*following_, file_, *model_, std::move(follower));
  return absl::OkStatus();
}

absl::Status JetStreamLog::Reconcile(const JetStreamLogOptions& options) {
  const Secret message_key = MessageKey(options.lookup_key);
  // A leader that was just elected may not know its last messages for a moment.
  const absl::Time patience = absl::Now() + kCatchUp;
  absl::StatusOr<bool> agrees = false;
  do {
    agrees = Agrees(*following_, stream_, file_, message_key, *model_);
    if (agrees.ok() && *agrees) break;
    absl::SleepFor(kBetweenTries);
  } while (absl::Now() < patience);
  if (!agrees.ok()) return agrees.status();
  if (*agrees) return absl::OkStatus();
  if (options.log != nullptr) options.log("the read model is of another history: made anew");
  return model_->Clear();
}

void JetStreamLog::Append(::netzme::v1::UpgradeEvent notification,
                          absl::AnyInvocable<void(absl::StatusOr<Appended>) &&> done) {
  if (notification.original_reference_no().empty() ||
      notification.status() == ::netzme::v1::UPGRADE_STATUS_UNSPECIFIED) {
    std::move(done)(GatewayBug("a notification without reference or status reached the log"));
    return;
  }
  publisher_->Append(std::move(notification), std::move(done));
}

bool JetStreamLog::writable() const { return publisher_->writable(); }

absl::StatusOr<Page> JetStreamLog::ReadAfter(Position after, int limit,
                                             const ::netzme::v1::UpgradeFilter& filter) const {
  if (model_ == nullptr) return DoesNotFollow();
  return model_->readers().Run(
      [&](Database& database) { return ReadPage(database, file_, after, limit, filter); });
}

absl::StatusOr<absl::optional<Event>> JetStreamLog::Latest(const std::string& reference,
                                                           const std::string& account) const {
  if (model_ == nullptr) return DoesNotFollow();
  return model_->readers().Run(
      [&](Database& database) { return ReadLatest(database, file_, reference, account); });
}

absl::StatusOr<bool> JetStreamLog::WasRemoved(const std::string& reference,
                                              const std::string& account) const {
  if (model_ == nullptr) return DoesNotFollow();
  return model_->readers().Run(
      [&](Database& database) { return ReadWasRemoved(database, file_, reference, account); });
}

absl::StatusOr<ListPage> JetStreamLog::List(const ListQuery& query) const {
  if (model_ == nullptr) return DoesNotFollow();
  return model_->readers().Run(
      [&](Database& database) { return ReadList(database, file_, query); });
}

absl::StatusOr<Position> JetStreamLog::Before(absl::Time since) const {
  if (model_ == nullptr) return DoesNotFollow();
  return model_->readers().Run([&](Database& database) { return ReadBefore(database, since); });
}

Ends JetStreamLog::ends() const { return model_ == nullptr ? Ends() : model_->ends(); }

std::string JetStreamLog::CursorText(Position position) const {
  return CursorTextOf(file_, position);
}

absl::StatusOr<Position> JetStreamLog::PositionFromText(const std::string& text) const {
  if (model_ == nullptr) return DoesNotFollow();
  const auto read = [&](Database& database) { return ReadCursor(database, file_, text); };
  absl::StatusOr<Position> position = model_->readers().Run(read);
  if (ReasonOf(position.status()) != "CURSOR_AHEAD") return position;
  if (absl::Status status = CatchUpWith(text); !status.ok()) {
    return absl::IsOutOfRange(status) ? position.status() : status;
  }
  return model_->readers().Run(read);
}

// OUT_OF_RANGE: the stream itself is not so far.
absl::Status JetStreamLog::CatchUpWith(absl::string_view text) const {
  const absl::StatusOr<Cursor> cursor = CursorFromText(text, file_.keys.cursor);
  if (!cursor.ok()) return cursor.status();
  const int64_t sequence = cursor->position.sequence;
  const absl::Duration patience = waiting_readers_.fetch_add(1) == 0 ? kCatchUp : kShortCatchUp;
  const absl::Time deadline = absl::Now() + patience;
  absl::Status status;
  if (!model_->AwaitApplied(sequence, kShortCatchUp)) {
    const absl::StatusOr<StreamState> state = LookAtStream(*following_, stream_, file_.keys);
    if (state.ok() && state->last_sequence < sequence) {
      status = absl::OutOfRangeError("ahead of the stream");
    } else if (!model_->AwaitApplied(sequence, deadline - absl::Now())) {
      status = Lags();
    }
  }
  waiting_readers_.fetch_sub(1);
  return status;
}

void JetStreamLog::SetOnCommitted(OnCommitted on_committed) {
  if (model_ != nullptr) model_->SetOnCommitted(std::move(on_committed));
}

void JetStreamLog::SetOnTrimming(OnTrimming on_trimming) {
  if (model_ != nullptr) model_->SetOnTrimming(std::move(on_trimming));
}

std::string JetStreamLog::log_id() const { return file_.log_id; }

std::string JetStreamLog::Sign(const std::string& text) const {
  return crypto::Hmac(file_.keys.signature, text);
}

void JetStreamLog::Keep(BodyToKeep body, absl::AnyInvocable<void(absl::Status) &&> done) {
  quarantine_->Keep(std::move(body), std::move(done));
}

absl::StatusOr<std::vector<QuarantinedBody>> JetStreamLog::ListQuarantined(
    int64_t after, int limit, absl::optional<QuarantinedKind> kind) const {
  return quarantine_->ListQuarantined(after, limit, kind);
}

absl::StatusOr<QuarantinedBody> JetStreamLog::GetQuarantined(int64_t id) const {
  return quarantine_->GetQuarantined(id);
}

void JetStreamLog::MarkRedriven(int64_t id, Redriven redriven,
                                absl::AnyInvocable<void(absl::Status) &&> done) {
  quarantine_->MarkRedriven(id, std::move(redriven), std::move(done));
}

double JetStreamLog::used_ratio() const { return quarantine_->used_ratio(); }

void JetStreamLog::Discard(int64_t id, absl::AnyInvocable<void(absl::Status) &&> done) {
  quarantine_->Discard(id, std::move(done));
}

}  // namespace kyc::events::jetstream
