// Makes the tests of the log read as scripts.
#ifndef SERVER_EVENTS_TESTING_LOG_TESTING_H_
#define SERVER_EVENTS_TESTING_LOG_TESTING_H_

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/call/testing/fake_metrics.h"
#include "server/events/audit.h"
#include "server/events/sqlite/sqlite_log.h"

namespace kyc::events {

// A file path in the test's own directory, where nothing lies yet.
std::string NewPath();

// 32 bytes that depend on `name` only.
Secret KeyNamed(absl::string_view name);

// Counts commits, for tests of batching.
class CountingMetrics : public FakeMetrics {
 public:
  void Committed(int64_t appended, int64_t repeats, absl::Duration) override;
  void Quarantined(bool kept) override { ++(kept ? quarantined : quarantine_refused); }
  void EventsRemoved(int64_t events, absl::string_view why) override {
    std::atomic<int64_t>& removed = why == "age" ? removed_by_age : removed_by_count;
    removed += events;
    removed.notify_all();
  }
  void RetentionWaits(int64_t events) override { retention_waits = events; }
  void Checkpointed(bool vain) override { vain_checkpoints += vain ? 1 : 0; }
  void WriteAheadLogBytes(int64_t bytes) override { wal_bytes = bytes; }
  void LogDamaged() override { damaged = true; }
  void AuditWritable(bool writable) override { audit_writable = writable; }

  std::atomic<int64_t> commits = 0;
  std::atomic<int64_t> appended = 0;
  std::atomic<int64_t> repeats = 0;
  std::atomic<int64_t> quarantined = 0;
  std::atomic<int64_t> quarantine_refused = 0;
  std::atomic<int64_t> removed_by_age = 0;
  std::atomic<int64_t> removed_by_count = 0;
  std::atomic<int64_t> retention_waits = 0;
  std::atomic<int64_t> vain_checkpoints = 0;
  std::atomic<int64_t> wal_bytes = 0;
  std::atomic<bool> damaged = false;
  std::atomic<bool> audit_writable = false;
};

// The options of a log at `path` with the keys that all tests use. It removes what is due at once.
SqliteLogOptions OptionsAt(const std::string& path, Metrics& metrics);

// A notification as netzme/ hands it over: `status` is "approved", "rejected" or another text.
::netzme::v1::UpgradeEvent Notification(const std::string& reference, const std::string& status,
                                        const std::string& cust_id = "");

// What Append answers, some time.
using Pending = std::future<absl::StatusOr<Appended>>;
Pending StartAppend(EventLog& log, ::netzme::v1::UpgradeEvent notification);
// Appends and waits. The second form expects it to succeed.
absl::StatusOr<Appended> TryAppend(EventLog& log, ::netzme::v1::UpgradeEvent notification);
Appended Append(EventLog& log, const std::string& reference, const std::string& status,
                const std::string& cust_id = "");

// Waits for Keep or Discard.
absl::Status Keep(Quarantine& quarantine, BodyToKeep body);
// A notification of the account "main".
absl::Status Keep(Quarantine& quarantine, const std::string& body,
                  const std::string& answer = "4000000 Bad Request");
absl::Status Discard(Quarantine& quarantine, int64_t id);
std::future<absl::Status> StartNote(Audit& audit, AuditNote note);
// Waits until it is there.
absl::Status Note(Audit& audit, AuditNote note);

// Waits for AddUsage.
absl::Status AddUsage(Usage& usage, UsageBatch batch);

// "1:R1/approved@1": sequence, reference, status as sent, revision; one per event.
std::vector<std::string> Lines(const std::vector<Event>& events);
// Lines of all events that match, read in pages of `limit`.
std::vector<std::string> ReadAll(const EventLog& log, Position after = {},
                                 const ::netzme::v1::UpgradeFilter& filter = {}, int limit = 100);

// A file's bytes; empty when it is absent.
std::string Contents(const std::string& path);

// Holds the writer just before a commit, until it is let go: what is appended meanwhile waits and
// shares the next commit.
class CommitGate {
 public:
  // For WriterOptions::before_commit. The gate outlives the log.
  std::function<void()> Hook();
  // From now on commits stop at the gate.
  void Shut();
  // Waits until a commit stands at the gate.
  void AwaitArrival();
  void Open();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool shut_ = false;
  bool arrived_ = false;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_TESTING_LOG_TESTING_H_
