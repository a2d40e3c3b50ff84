// The event log in a NATS JetStream stream, for many gateways.
#ifndef SERVER_EVENTS_JETSTREAM_JETSTREAM_LOG_H_
#define SERVER_EVENTS_JETSTREAM_JETSTREAM_LOG_H_

#include <atomic>
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
#include "server/events/event_log.h"
#include "server/events/jetstream/follower.h"
#include "server/events/jetstream/nats.h"
#include "server/events/jetstream/publisher.h"
#include "server/events/jetstream/read_model.h"
#include "server/events/jetstream/stream.h"
#include "server/events/log_file.h"
#include "server/events/quarantine.h"
#include "server/events/quarantine_table.h"
#include "server/events/retention.h"
#include "server/events/sqlite_log.h"

namespace kyc::events::jetstream {

struct JetStreamLogOptions {
  ConnectionOptions connection;
  StreamOptions stream;
  // Where this gateway keeps its own files: read-model.db and quarantine.db. Made when absent.
  std::string folder;
  // Whether it follows the stream; else all reads answer UNAVAILABLE.
  bool follows = true;
  std::vector<crypto::SealingKey> sealing_keys;
  Secret lookup_key;  // 32 bytes.
  Retention retention;
  QuarantineLimits quarantine;
  absl::Duration publish_timeout = absl::Seconds(5);
  int max_waiting = 4096;
  absl::Duration read_time_limit = absl::Seconds(5);
  absl::Duration trim_interval = absl::Seconds(10);
  // How long Open waits for NATS: a cluster that was just started has no leader yet.
  absl::Duration start_timeout = absl::Seconds(30);
  Metrics* metrics = nullptr;  // Not owned; required.
  // Each takes a line without data: what was found at the start; what does not go as it should,
  // from any thread. May be null.
  std::function<void(absl::string_view line)> say;
  std::function<void(absl::string_view line)> log;
};

// Thread-safe. Appends go to the stream; reads come from this gateway's read model, which follows
// it: an append that was answered is seen there a moment later, not before. What was refused is
// kept in a quarantine of this gateway's own, on its disk. Deleting it answers what waits.
//
// While NATS cannot be reached appends answer UNAVAILABLE LOG_UNREACHABLE within publish_timeout,
// and reads go on with what is here.
class JetStreamLog : public EventLog, public Quarantine {
 public:
  // Blocks up to start_timeout. Errors are for the operator, as SqliteLog::Open's and
  // PrepareStream's.
  static absl::StatusOr<std::unique_ptr<JetStreamLog>> Open(JetStreamLogOptions options);
  ~JetStreamLog() override;

  void Append(::netzme::v1::UpgradeEvent notification,
              absl::AnyInvocable<void(absl::StatusOr<Appended>) &&> done) override;
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
  std::string CursorText(Position position) const override;
  // A cursor of another gateway that is further: waits up to 5 s until this one is there, too, then
  // answers UNAVAILABLE. One reader at a time may wait so long, others for 100 ms.
  absl::StatusOr<Position> PositionFromText(const std::string& text) const override;
  void SetOnCommitted(OnCommitted on_committed) override;
  void SetOnTrimming(OnTrimming on_trimming) override;
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

 private:
  JetStreamLog(LogFile file, StreamOptions stream, std::unique_ptr<SqliteLog> quarantine);
  absl::Status Publish(const JetStreamLogOptions& options, std::string subject_prefix);
  absl::Status Follow(const JetStreamLogOptions& options);
  // Throws away what the stream has lost.
  absl::Status Reconcile(const JetStreamLogOptions& options);
  std::string Summary() const;
  absl::Status CatchUpWith(absl::string_view text) const;

  const LogFile file_;  // Of the read model.
  const StreamOptions stream_;
  const std::unique_ptr<SqliteLog> quarantine_;
  // Two, so that what is read in bulk does not hold up what is answered.
  std::unique_ptr<Connection> following_;
  std::unique_ptr<Connection> publishing_;
  std::unique_ptr<ReadModel> model_;  // Null if it does not follow.
  std::unique_ptr<Publisher> publisher_;
  std::unique_ptr<Follower> follower_;
  mutable std::atomic<int> waiting_readers_ = 0;
};

}  // namespace kyc::events::jetstream

#endif  // SERVER_EVENTS_JETSTREAM_JETSTREAM_LOG_H_
