#include "server/events/testing/log_testing.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "server/crypto/mac.h"

namespace kyc::events {

using ::netzme::v1::UpgradeEvent;

std::string NewPath() {
  static int count = 0;
  return absl::StrCat(testing::TempDir(), "/log-", getpid(), "-", ++count, ".db");
}

Secret KeyNamed(absl::string_view name) { return Secret(crypto::Sha256(name)); }

void CountingMetrics::Committed(int64_t events, int64_t same, absl::Duration) {
  ++commits;
  appended += events;
  repeats += same;
}

SqliteLogOptions OptionsAt(const std::string& path, Metrics& metrics) {
  SqliteLogOptions options;
  options.path = path;
  options.sealing_keys.push_back({.id = 1, .key = KeyNamed("sealing")});
  options.lookup_key = KeyNamed("lookup");
  options.writer.metrics = &metrics;
  options.writer.trim_notice = absl::ZeroDuration();
  return options;
}

UpgradeEvent Notification(const std::string& reference, const std::string& status,
                          const std::string& cust_id) {
  UpgradeEvent event;
  event.set_original_reference_no(reference);
  event.set_cust_id(cust_id);
  event.set_status_text(status);
  event.set_status(status == "approved"   ? ::netzme::v1::UPGRADE_STATUS_APPROVED
                   : status == "rejected" ? ::netzme::v1::UPGRADE_STATUS_REJECTED
                                          : ::netzme::v1::UPGRADE_STATUS_OTHER);
  event.set_type("upgrade_account");
  event.set_raw_body(absl::StrCat("{\"originalReferenceNo\":\"", reference, "\"}"));
  event.set_account("main");
  return event;
}

Pending StartAppend(EventLog& log, UpgradeEvent notification) {
  std::promise<absl::StatusOr<Appended>> promise;
  Pending pending = promise.get_future();
  log.Append(std::move(notification),
             [promise = std::move(promise)](absl::StatusOr<Appended> appended) mutable {
               promise.set_value(std::move(appended));
             });
  return pending;
}

absl::StatusOr<Appended> TryAppend(EventLog& log, UpgradeEvent notification) {
  return StartAppend(log, std::move(notification)).get();
}

Appended Append(EventLog& log, const std::string& reference, const std::string& status,
                const std::string& cust_id) {
  const absl::StatusOr<Appended> appended =
      TryAppend(log, Notification(reference, status, cust_id));
  EXPECT_TRUE(appended.ok()) << appended.status();
  return appended.value_or(Appended());
}

absl::Status Keep(Quarantine& quarantine, BodyToKeep body) {
  std::promise<absl::Status> promise;
  quarantine.Keep(std::move(body),
                  [&promise](absl::Status status) { promise.set_value(std::move(status)); });
  return promise.get_future().get();
}

absl::Status Keep(Quarantine& quarantine, const std::string& body, const std::string& answer) {
  return Keep(quarantine, {.owner = {.account = "main"}, .answer = answer, .body = body});
}

absl::Status Discard(Quarantine& quarantine, int64_t id) {
  std::promise<absl::Status> promise;
  quarantine.Discard(id, [&promise](absl::Status status) { promise.set_value(std::move(status)); });
  return promise.get_future().get();
}

std::future<absl::Status> StartNote(Audit& audit, AuditNote note) {
  auto promise = std::make_shared<std::promise<absl::Status>>();
  std::future<absl::Status> noted = promise->get_future();
  std::vector<AuditNote> notes;
  notes.push_back(std::move(note));
  audit.Note(std::move(notes),
             [promise](absl::Status status) { promise->set_value(std::move(status)); });
  return noted;
}

absl::Status Note(Audit& audit, AuditNote note) { return StartNote(audit, std::move(note)).get(); }

absl::Status AddUsage(Usage& usage, UsageBatch batch) {
  std::promise<absl::Status> promise;
  usage.AddUsage(std::move(batch),
                 [&promise](absl::Status status) { promise.set_value(std::move(status)); });
  return promise.get_future().get();
}

std::vector<std::string> Lines(const std::vector<Event>& events) {
  std::vector<std::string> lines;
  for (const Event& event : events) {
    lines.push_back(absl::StrCat(event.event.sequence(), ":", event.event.original_reference_no(),
                                 "/", event.event.status_text(), "@", event.event.revision()));
  }
  return lines;
}

std::vector<std::string> ReadAll(const EventLog& log, Position after,
                                 const ::netzme::v1::UpgradeFilter& filter, int limit) {
  std::vector<std::string> lines;
  for (;;) {
    const absl::StatusOr<Page> page = log.ReadAfter(after, limit, filter);
    if (!page.ok()) {
      ADD_FAILURE() << page.status();
      return lines;
    }
    for (const std::string& line : Lines(page->events)) lines.push_back(line);
    if (page->through == after) return lines;
    after = page->through;
  }
}

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

std::function<void()> CommitGate::Hook() {
  return [this] {
    std::unique_lock<std::mutex> lock(mutex_);
    if (!shut_) return;
    arrived_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !shut_; });
    arrived_ = false;
  };
}

void CommitGate::Shut() {
  const std::lock_guard<std::mutex> lock(mutex_);
  shut_ = true;
}

void CommitGate::AwaitArrival() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return arrived_; });
}

void CommitGate::Open() {
  const std::lock_guard<std::mutex> lock(mutex_);
  shut_ = false;
  changed_.notify_all();
}

}  // namespace kyc::events
