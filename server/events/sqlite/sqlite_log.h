// The event log and the quarantine in one SQLite file.
#ifndef SERVER_EVENTS_SQLITE_SQLITE_LOG_H_
#define SERVER_EVENTS_SQLITE_SQLITE_LOG_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/call/secret.h"
#include "server/crypto/sealer.h"
#include "server/events/audit.h"
#include "server/events/call_keys.h"
#include "server/events/event_log.h"
#include "server/events/quarantine.h"
#include "server/events/resealer.h"
#include "server/events/sqlite/file_lock.h"
#include "server/events/sqlite/inspector.h"
#include "server/events/sqlite/log_file.h"
#include "server/events/sqlite/read_pool.h"
#include "server/events/sqlite/sqlite.h"
#include "server/events/sqlite/writer.h"
#include "server/events/usage.h"

namespace kyc::events {

struct SqliteLogOptions {
  // Made when absent. -wal and -shm files lie beside it.
  std::string path;
  // The first one seals, all can open.
  std::vector<crypto::SealingKey> sealing_keys;
  Secret lookup_key;  // 32 bytes.
  WriterOptions writer;
  // A read that takes longer fails with UNAVAILABLE.
  absl::Duration read_time_limit = absl::Seconds(5);
  InspectorOptions inspector;
  ResealerOptions resealer;
  // Takes lines about what was found and done at the opening, for the operator. May be null.
  std::function<void(absl::string_view)> say;
};

// Thread-safe. Events live as long as retention says; the newest events' commits are on disk before
// they are answered. Deleting it writes and answers what waits.
class SqliteLog : public EventLog, public Quarantine, public CallKeys, public Audit, public Usage {
 public:
  // Blocks. Errors are for the operator: FAILED_PRECONDITION when the file is not one that may be
  // used (see schema.h) or another gateway uses it, INVALID_ARGUMENT for the options, UNAVAILABLE
  // when the engine cannot serve.
  static absl::StatusOr<std::unique_ptr<SqliteLog>> Open(SqliteLogOptions options);

  void Append(::netzme::v1::UpgradeEvent notification,
              absl::AnyInvocable<void(absl::StatusOr<Appended>) &&> done) override;
  void Act(PersonalAct act, absl::AnyInvocable<void(absl::StatusOr<ActedOn>) &&> done) override;
  absl::StatusOr<Page> ReadAfter(Position after, int limit,
                                 const ::netzme::v1::UpgradeFilter& filter) const override;
  absl::StatusOr<absl::optional<Event>> Latest(const std::string& reference,
                                               const std::string& account) const override;
  absl::StatusOr<bool> WasRemoved(const std::string& reference,
                                  const std::string& account) const override;
  absl::StatusOr<ListPage> List(const ListQuery& query) const override;
  absl::StatusOr<Position> Before(absl::Time since) const override;
  Ends ends() const override;
  bool writable() const override;
  std::string CursorText(Position position) const override;
  absl::StatusOr<Position> PositionFromText(const std::string& text) const override;
  void SetOnCommitted(OnCommitted on_committed) override;
  void SetOnRewritten(OnRewritten on_rewritten) override;
  void SetOnTrimming(OnTrimming on_trimming) override;
  absl::StatusOr<int64_t> ReleaseRetention() override;
  bool damaged() const override;
  absl::StatusOr<BackedUp> BackUp(const std::string& path, std::stop_token stop) const override;
  std::string log_id() const override;
  std::string Sign(const std::string& text) const override;

  void Keep(BodyToKeep body, absl::AnyInvocable<void(absl::Status) &&> done) override;
  absl::StatusOr<std::vector<QuarantinedBody>> ListQuarantined(
      int64_t after, int limit,
      absl::optional<QuarantinedKind> kind = absl::nullopt) const override;
  absl::StatusOr<QuarantinedBody> GetQuarantined(int64_t id) const override;
  void MarkRedriven(int64_t id, Redriven redriven,
                    absl::AnyInvocable<void(absl::Status) &&> done) override;
  void Discard(int64_t id, absl::AnyInvocable<void(absl::Status) &&> done) override;
  double used_ratio() const override;

  void Claim(CallKey key, absl::Duration lease,
             absl::AnyInvocable<void(absl::StatusOr<KeyClaim>) &&> done) override;
  void Settle(CallKey key, KeyEnd end, absl::AnyInvocable<void(absl::Status) &&> done) override;
  const CallKeySecrets& secrets() const override { return file_.keys.call; }
  void Note(std::vector<AuditNote> notes, absl::AnyInvocable<void(absl::Status) &&> done) override;
  absl::StatusOr<AuditPage> ListAudit(const AuditQuery& query) const override;

  void AddUsage(UsageBatch batch, absl::AnyInvocable<void(absl::Status) &&> done) override;
  absl::StatusOr<std::vector<UsageCount>> ListUsage(const UsageQuery& query) const override;

 private:
  SqliteLog(FileLock lock, LogFile file, Database anchor, const SqliteLogOptions& options);

  void NoteDamage(const absl::Status& found);
  void StartResealing(const ResealerOptions& options, std::string keys);

  std::string Summary(absl::string_view checked) const;

  const FileLock lock_;  // Let go of last.
  const LogFile file_;
  // Never used again. While it is open the files beside the log stay, so that reads go on and the
  // writer can come back even on a disk that has no room to make them.
  const Database anchor_;
  Metrics& metrics_;
  const std::function<void(absl::string_view)> log_;
  std::atomic<bool> damaged_ = false;
  const ReadPool readers_;
  std::unique_ptr<Inspector> inspector_;
  std::unique_ptr<Writer> writer_;      // Uses the inspector.
  std::unique_ptr<Resealer> resealer_;  // Null: no other key has sealed anything.
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_SQLITE_SQLITE_LOG_H_
