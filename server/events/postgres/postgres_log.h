// The event log and the quarantine in a PostgreSQL database, for many gateways.
#ifndef SERVER_EVENTS_POSTGRES_POSTGRES_LOG_H_
#define SERVER_EVENTS_POSTGRES_POSTGRES_LOG_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/call/metrics.h"
#include "server/call/secret.h"
#include "server/crypto/sealer.h"
#include "server/events/audit.h"
#include "server/events/call_keys.h"
#include "server/events/event_log.h"
#include "server/events/postgres/keeper.h"
#include "server/events/postgres/log_context.h"
#include "server/events/postgres/proof.h"
#include "server/events/postgres/read_pool.h"
#include "server/events/postgres/reads.h"
#include "server/events/postgres/schema.h"
#include "server/events/postgres/servers.h"
#include "server/events/postgres/tail.h"
#include "server/events/postgres/writer.h"
#include "server/events/quarantine.h"
#include "server/events/resealer.h"
#include "server/events/usage.h"

namespace kyc::events::postgres {

struct PostgresLogOptions {
  // libpq's keywords: "host=a,b,c dbname=kyc user=kyc sslmode=verify-full". No password.
  std::string dsn;
  Secret password;
  Durability durability;
  // The role that owns the tables, where that is not the one of `dsn`. Empty: it is, or another
  // process has it.
  std::string keeper_user;
  Secret keeper_password;
  // Whether it follows the log and reads; else all reads answer UNAVAILABLE, and the role need not
  // see sealed columns.
  bool follows = true;
  std::vector<crypto::SealingKey> sealing_keys;  // The first one seals, all can open.
  Secret lookup_key;                             // 32 bytes.
  WriterOptions writer;
  TailOptions tail;
  KeeperOptions keeper;
  ResealerOptions resealer;
  // A read that takes longer fails with UNAVAILABLE.
  absl::Duration read_time_limit = absl::Seconds(5);
  // How long Open waits for the servers, and for standbys that have what is there.
  absl::Duration start_timeout = absl::Seconds(30);
  absl::Duration connect_limit = absl::Seconds(2);
  Metrics* metrics = nullptr;  // Not owned; required.
  // Each takes a line without data: what was found at the start; what does not go as it should,
  // from any thread. May be null.
  std::function<void(absl::string_view line)> say;
  std::function<void(absl::string_view line)> log;
};

// Thread-safe. What is answered is committed, and proven to be kept where `durability` demands;
// only that is shown. Deleting it answers what waits.
//
// While the primary cannot be reached, or nothing can be proven, appends are answered UNAVAILABLE
// LOG_UNREACHABLE; what is in doubt is settled before anything else is written. While it lacks
// events that this process has seen proven, everything is answered DATA_LOSS LOG_HISTORY_LOST.
class PostgresLog : public EventLog,
                    public Quarantine,
                    public CallKeys,
                    public Audit,
                    public Usage {
 public:
  // Blocks up to start_timeout. Errors are for the operator: FAILED_PRECONDITION when the database
  // is not one that may be used (see schema.h), INVALID_ARGUMENT for the options, UNAVAILABLE when
  // the servers cannot serve.
  static absl::StatusOr<std::unique_ptr<PostgresLog>> Open(PostgresLogOptions options);
  ~PostgresLog() override;

  void Append(::netzme::v1::UpgradeEvent notification,
              absl::AnyInvocable<void(absl::StatusOr<Appended>) &&> done) override;
  void Act(PersonalAct act, absl::AnyInvocable<void(absl::StatusOr<ActedOn>) &&> done) override;
  bool writable() const override;
  absl::StatusOr<Page> ReadAfter(Position after, int limit,
                                 const ::netzme::v1::UpgradeFilter& filter) const override;
  absl::StatusOr<absl::optional<Event>> Latest(const std::string& reference,
                                               const std::string& account) const override;
  absl::StatusOr<bool> WasRemoved(const std::string& reference,
                                  const std::string& account) const override;
  absl::StatusOr<ListPage> List(const ListQuery& query) const override;
  absl::StatusOr<Position> Before(absl::Time since) const override;
  Ends ends() const override;
  absl::Status history() const override { return context_->progress.history(); }
  // Its servers are backed up by their own means.
  absl::Status MayBackUp() const override;
  absl::StatusOr<BackedUp> BackUp(const std::string& path, std::stop_token stop) const override;
  std::string CursorText(Position position) const override;
  // A cursor of another gateway may be further than this one has followed: it is waited for.
  absl::StatusOr<Position> PositionFromText(const std::string& text) const override;
  void SetOnCommitted(OnCommitted on_committed) override;
  void SetOnTrimming(OnTrimming on_trimming) override;
  absl::StatusOr<int64_t> ReleaseRetention() override;
  void SetOnRewritten(OnRewritten on_rewritten) override;
  void SetOnLost(OnLost on_lost) override;
  std::string log_id() const override;
  std::string Sign(const std::string& text) const override;

  void Keep(BodyToKeep body, absl::AnyInvocable<void(absl::Status) &&> done) override;
  absl::StatusOr<std::vector<QuarantinedBody>> ListQuarantined(
      int64_t after, int limit,
      absl::optional<QuarantinedKind> kind = absl::nullopt) const override;
  void MarkRedriven(int64_t id, Redriven redriven,
                    absl::AnyInvocable<void(absl::Status) &&> done) override;
  double used_ratio() const override;
  absl::StatusOr<QuarantinedBody> GetQuarantined(int64_t id) const override;
  void Discard(int64_t id, absl::AnyInvocable<void(absl::Status) &&> done) override;

  void Claim(CallKey key, absl::Duration lease,
             absl::AnyInvocable<void(absl::StatusOr<KeyClaim>) &&> done) override;
  void Settle(CallKey key, KeyEnd end, absl::AnyInvocable<void(absl::Status) &&> done) override;
  const CallKeySecrets& secrets() const override { return context_->log.keys.call; }
  void Note(std::vector<AuditNote> notes, absl::AnyInvocable<void(absl::Status) &&> done) override;
  absl::StatusOr<AuditPage> ListAudit(const AuditQuery& query) const override;

  void AddUsage(UsageBatch batch, absl::AnyInvocable<void(absl::Status) &&> done) override;
  absl::StatusOr<std::vector<UsageCount>> ListUsage(const UsageQuery& query) const override;

  // For tests: retention's next turn, now.
  void WakeKeeper() { keeper_->Wake(); }

 private:
  explicit PostgresLog(std::unique_ptr<LogContext> context) : context_(std::move(context)) {}
  absl::Status Start(PostgresLogOptions options, const Schema& schema);
  // Has what other keys sealed sealed again.
  void StartResealing(const ResealerOptions& options, std::string keys);
  std::string Summary(bool is_owner) const;

  // Runs `read` (ReadScope& -> absl::StatusOr<T>) within what is proven.
  template <typename Read>
  auto Run(Read read) const;
  // Looks how far the log is now, so that what others were told of is within what is proven.
  absl::Status Refresh() const;

  const std::unique_ptr<LogContext> context_;
  std::unique_ptr<const Servers> keeper_servers_;  // Null: the context's.
  std::unique_ptr<ReadPool> readers_;              // Null if it does not follow.
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Tail> tail_;  // Null if it does not follow.
  std::unique_ptr<Keeper> keeper_;
  std::unique_ptr<Resealer> resealer_;  // Null where nothing is sealed with an older key.
};

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_POSTGRES_LOG_H_
