// Follows the stream into the read model.
#ifndef SERVER_EVENTS_JETSTREAM_FOLLOWER_H_
#define SERVER_EVENTS_JETSTREAM_FOLLOWER_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/call/metrics.h"
#include "server/call/secret.h"
#include "server/events/jetstream/nats.h"
#include "server/events/jetstream/read_model.h"
#include "server/events/jetstream/stream.h"
#include "server/events/log_file.h"
#include "server/events/retention.h"

namespace kyc::events::jetstream {

struct FollowerOptions {
  StreamOptions stream;
  Secret message_key;
  Retention retention;
  // How often retention is looked after, and how long readers have after they were told.
  absl::Duration trim_interval = absl::Seconds(10);
  std::function<absl::Time()> clock = [] { return absl::Now(); };
  Metrics* metrics = nullptr;  // Not owned; required.
  // One line about what stops it, or what was skipped; no data. Its thread. May be null.
  std::function<void(absl::string_view line)> log;
};

// One thread. Messages are pushed by a consumer of the stream, which lives as long as somebody
// listens. When one of them is missing, when the server is silent, after a reconnect and after any
// failure, a new consumer begins after the last event applied: so nothing is skipped, and nothing
// applied twice.
class Follower {
 public:
  // All outlive it. Starts the thread.
  Follower(Connection& connection, const LogFile& file, ReadModel& model, FollowerOptions options);
  // Ends the thread.
  ~Follower();

 private:
  void Run();
  // Returns when a new consumer is needed.
  absl::Status Follow();
  absl::Status CheckStream(bool& begins_later);
  absl::StatusOr<std::unique_ptr<Subscription>> Consume();
  // Takes what is there, at most a batch. False: a new consumer is needed.
  absl::StatusOr<bool> Take(Subscription& subscription, std::vector<StreamEvent>& batch);
  bool OnServersWord(const Message& message);
  absl::Status Apply(const std::vector<StreamEvent>& batch, bool& begins_later);
  // The copy of the stream that a consumer reads is one server's. It is told where that is not what
  // the publishers knew from the leader; which of the servers is wrong nobody can know here.
  void TellIfCopiesDiffer(const std::vector<StreamEvent>& applied);
  void TrimIfDue();
  void Log(const absl::Status& status);

  Connection& connection_;
  const LogFile& file_;
  ReadModel& model_;
  const FollowerOptions options_;
  std::atomic<bool> stop_ = false;

  // Of the consumer.
  int64_t consumer_sequence_ = 0;
  int64_t pending_ = 0;
  absl::Time last_sign_;
  absl::Time ahead_since_ = absl::InfiniteFuture();
  absl::Time next_trim_;
  std::string last_line_;
  bool told_copies_differ_ = false;

  std::thread thread_;  // Last: it uses all the others.
};

}  // namespace kyc::events::jetstream

#endif  // SERVER_EVENTS_JETSTREAM_FOLLOWER_H_
