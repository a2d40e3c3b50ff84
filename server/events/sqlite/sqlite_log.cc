#include "server/events/sqlite/sqlite_log.h"

#include <algorithm>
#include <filesystem>
#include <future>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/call/error.h"
#include "server/crypto/mac.h"
#include "server/events/cursor_errors.h"
#include "server/events/key_answer.h"
#include "server/events/log_options.h"
#include "server/events/sqlite/audit_rows.h"
#include "server/events/sqlite/backup.h"
#include "server/events/sqlite/reads.h"
#include "server/events/sqlite/schema.h"
#include "server/events/sqlite/sealing_keys.h"
#include "server/events/sqlite/sqlite.h"
#include "server/events/sqlite/usage_rows.h"

namespace kyc::events {
namespace {

// The path of what exists, as SQLite will name the files beside it.
std::string WithoutLinks(const std::string& path) {
  std::error_code error;
  const std::filesystem::path found = std::filesystem::canonical(path, error);
  return error ? path : found.string();
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteLog>> SqliteLog::Open(SqliteLogOptions options) {
  const absl::Status checked_options =
      CheckLogOptions(options.lookup_key, options.writer.retention, options.writer.max_waiting);
  if (!checked_options.ok()) return checked_options;
  absl::StatusOr<crypto::Sealer> sealer = crypto::Sealer::Make(std::move(options.sealing_keys));
  if (!sealer.ok()) return sealer.status();
  absl::StatusOr<FileLock> lock = FileLock::Take(options.path);
  if (!lock.ok()) return lock.status();
  const std::string path = WithoutLinks(options.path);
  const LogKeys keys(options.lookup_key);
  absl::StatusOr<Database> database = Database::Open(path, Database::Use::kCreate);
  if (!database.ok()) return AdviseOnDamage(database.status());
  absl::StatusOr<std::string> log_id = PrepareSchema(*database, keys, *sealer, options.say);
  if (!log_id.ok()) return AdviseOnDamage(log_id.status());
  const absl::Status retired = ForgetRetiredKeys(*database, *sealer, options.say);
  if (!retired.ok()) return retired;
  const absl::StatusOr<std::vector<int64_t>> older = OlderSealingKeys(*database, *sealer);
  if (!older.ok()) return AdviseOnDamage(older.status());
  const absl::StatusOr<std::string> checked = CheckIntegrity(*database);
  if (!checked.ok()) return AdviseOnDamage(checked.status());

  LogFile file{{*std::move(log_id), keys, *std::move(sealer)}, path};
  absl::StatusOr<FileIdentity> identity =
      FileIdentity::Of({options.path, absl::StrCat(path, "-wal"), absl::StrCat(path, "-shm")});
  if (!identity.ok()) return identity.status();
  if (!lock->IsOf(options.path) || !lock->IsOf(path)) {
    return absl::UnavailableError("The event log's file was replaced while it was opened");
  }
  file.identity = *std::move(identity);
  std::unique_ptr<SqliteLog> log(
      new SqliteLog(*std::move(lock), std::move(file), *std::move(database), options));
  const auto on_damage = [raw = log.get()](const absl::Status& found) { raw->NoteDamage(found); };
  log->inspector_ =
      std::make_unique<Inspector>(log->file_, log->readers_, options.inspector, on_damage);
  options.writer.on_damage = on_damage;
  options.writer.on_written_over = [inspector = log->inspector_.get()] { inspector->LookAgain(); };
  absl::StatusOr<std::unique_ptr<Writer>> writer =
      Writer::Start(log->file_, std::move(options.writer));
  if (!writer.ok()) return writer.status();
  log->writer_ = *std::move(writer);
  if (!older->empty()) log->StartResealing(options.resealer, absl::StrJoin(*older, ", "));
  if (options.say != nullptr) options.say(log->Summary(*checked));
  return log;
}

void SqliteLog::StartResealing(const ResealerOptions& options, std::string keys) {
  const auto step = [this](const ResealPlace& place) {
    std::promise<absl::StatusOr<ResealStep>> done;
    writer_->Write(ResealRequest{
        place, [&done](absl::StatusOr<ResealStep> came_to) { done.set_value(came_to); }, {}});
    return done.get_future().get();
  };
  ResealWork work;
  work.close = [] { return true; };  // The file is this process's alone.
  work.step = step;
  work.retire = [step]() -> absl::StatusOr<bool> {
    const absl::StatusOr<ResealStep> retired = step({ResealPlace::Part::kEnd, 0, ""});
    if (!retired.ok()) return retired.status();
    return true;
  };
  resealer_ = std::make_unique<Resealer>(options, std::move(keys), std::move(work), metrics_, log_);
}

std::string SqliteLog::Summary(absl::string_view checked) const {
  const int64_t oldest = writer_->ends().oldest.sequence + 1;
  const int64_t newest = writer_->ends().newest.sequence;
  const std::string events =
      oldest > newest ? "no events" : absl::StrCat("events ", oldest, " to ", newest);
  return absl::StrCat("event log opened: id ", absl::BytesToHexString(file_.log_id), ", schema ",
                      kSchemaVersion, ", ", events, "; ", checked);
}

SqliteLog::SqliteLog(FileLock lock, LogFile file, Database anchor, const SqliteLogOptions& options)
    : lock_(std::move(lock)),
      file_(std::move(file)),
      anchor_(std::move(anchor)),
      metrics_(*options.writer.metrics),
      log_(options.writer.log),
      readers_(file_, options.read_time_limit,
               [this](const absl::Status& found) { NoteDamage(found); }) {}

void SqliteLog::NoteDamage(const absl::Status& found) {
  if (damaged_.exchange(true)) return;
  metrics_.LogDamaged();
  if (log_ != nullptr) log_(found.message());
}

bool SqliteLog::damaged() const { return damaged_; }

absl::StatusOr<BackedUp> SqliteLog::BackUp(const std::string& path, std::stop_token stop) const {
  if (absl::Status same = file_.identity.Check(); !same.ok()) return same;
  return events::BackUp(file_.path, path, std::move(stop));
}

void SqliteLog::Append(::netzme::v1::UpgradeEvent notification,
                       absl::AnyInvocable<void(absl::StatusOr<Appended>) &&> done) {
  if (notification.original_reference_no().empty() ||
      notification.status() == ::netzme::v1::UPGRADE_STATUS_UNSPECIFIED) {
    std::move(done)(GatewayBug("a notification without reference or status reached the log"));
    return;
  }
  writer_->Write(AppendRequest{std::move(notification), std::move(done), {}});
}

void SqliteLog::Act(PersonalAct act, absl::AnyInvocable<void(absl::StatusOr<ActedOn>) &&> done) {
  writer_->Write(ActRequest{std::move(act), std::move(done)});
}

absl::StatusOr<Page> SqliteLog::ReadAfter(Position after, int limit,
                                          const ::netzme::v1::UpgradeFilter& filter) const {
  return readers_.Run(
      [&](Database& database) { return ReadPage(database, file_, after, limit, filter); });
}

absl::StatusOr<absl::optional<Event>> SqliteLog::Latest(const std::string& reference,
                                                        const std::string& account) const {
  return readers_.Run(
      [&](Database& database) { return ReadLatest(database, file_, reference, account); });
}

absl::StatusOr<bool> SqliteLog::WasRemoved(const std::string& reference,
                                           const std::string& account) const {
  return readers_.Run(
      [&](Database& database) { return ReadWasRemoved(database, file_, reference, account); });
}

absl::StatusOr<ListPage> SqliteLog::List(const ListQuery& query) const {
  return readers_.Run([&](Database& database) { return ReadList(database, file_, query); });
}

absl::StatusOr<Position> SqliteLog::Before(absl::Time since) const {
  return readers_.Run([&](Database& database) { return ReadBefore(database, since); });
}

Ends SqliteLog::ends() const { return writer_->ends(); }

bool SqliteLog::writable() const { return writer_->writable(); }

std::string SqliteLog::CursorText(Position position) const { return CursorTextOf(file_, position); }

absl::StatusOr<Position> SqliteLog::PositionFromText(const std::string& text) const {
  return readers_.Run([&](Database& database) { return ReadCursor(database, file_, text); });
}

void SqliteLog::SetOnCommitted(OnCommitted on_committed) {
  writer_->SetOnCommitted(std::move(on_committed));
}

void SqliteLog::SetOnRewritten(OnRewritten on_rewritten) {
  writer_->SetOnRewritten(std::move(on_rewritten));
}

void SqliteLog::SetOnTrimming(OnTrimming on_trimming) {
  writer_->keeper().SetOnTrimming(std::move(on_trimming));
}

absl::StatusOr<int64_t> SqliteLog::ReleaseRetention() {
  const int64_t waiting = writer_->keeper().waiting();
  if (waiting > 0) writer_->keeper().Release();
  return waiting;
}

std::string SqliteLog::log_id() const { return file_.log_id; }

std::string SqliteLog::Sign(const std::string& text) const {
  return crypto::Hmac(file_.keys.signature, text);
}

void SqliteLog::Keep(BodyToKeep body, absl::AnyInvocable<void(absl::Status) &&> done) {
  if (body.owner.kind == QuarantinedKind::kNotification) {
    done = [this, done = std::move(done)](absl::Status status) mutable {
      if (!absl::IsUnavailable(status)) metrics_.Quarantined(status.ok());
      std::move(done)(std::move(status));
    };
  }
  writer_->Write(KeepRequest{std::move(body), std::move(done), absl::OkStatus()});
}

absl::StatusOr<std::vector<QuarantinedBody>> SqliteLog::ListQuarantined(
    int64_t after, int limit, absl::optional<QuarantinedKind> kind) const {
  const int bounded = std::clamp(limit, 1, kMaxEventsPerRead);
  return readers_.Run(
      [&](Database& database) { return ReadQuarantined(database, after, bounded, kind); });
}

absl::StatusOr<QuarantinedBody> SqliteLog::GetQuarantined(int64_t id) const {
  return readers_.Run([&](Database& database) { return ReadQuarantinedBody(database, file_, id); });
}

void SqliteLog::MarkRedriven(int64_t id, Redriven redriven,
                             absl::AnyInvocable<void(absl::Status) &&> done) {
  writer_->Write(MarkRequest{id, std::move(redriven), std::move(done), absl::OkStatus()});
}

void SqliteLog::Claim(CallKey key, absl::Duration lease,
                      absl::AnyInvocable<void(absl::StatusOr<KeyClaim>) &&> done) {
  auto open = [this, key, done = std::move(done)](absl::StatusOr<KeyClaim> claim) mutable {
    if (claim.ok()) OpenAnswer(file_, key, *claim);
    std::move(done)(std::move(claim));
  };
  writer_->Write(ClaimRequest{std::move(key), lease, std::move(open), {}});
}

void SqliteLog::Settle(CallKey key, KeyEnd end, absl::AnyInvocable<void(absl::Status) &&> done) {
  SealAnswer(file_, key, end);
  writer_->Write(SettleRequest{std::move(key), std::move(end), std::move(done), absl::OkStatus()});
}

void SqliteLog::AddUsage(UsageBatch batch, absl::AnyInvocable<void(absl::Status) &&> done) {
  writer_->Write(UsageRequest{std::move(batch), std::move(done), absl::OkStatus()});
}

absl::StatusOr<std::vector<UsageCount>> SqliteLog::ListUsage(const UsageQuery& query) const {
  return readers_.Run([&](Database& database) { return ReadUsage(database, query); });
}

double SqliteLog::used_ratio() const { return writer_->quarantine_used_ratio(); }

void SqliteLog::Note(std::vector<AuditNote> notes, absl::AnyInvocable<void(absl::Status) &&> done) {
  writer_->Write(NoteRequest{std::move(notes), std::move(done), absl::OkStatus()});
}

absl::StatusOr<AuditPage> SqliteLog::ListAudit(const AuditQuery& query) const {
  return readers_.Run([&](Database& database) { return ReadAudit(database, file_, query); });
}

void SqliteLog::Discard(int64_t id, absl::AnyInvocable<void(absl::Status) &&> done) {
  writer_->Write(DiscardRequest{id, std::move(done), absl::OkStatus()});
}

}  // namespace kyc::events
