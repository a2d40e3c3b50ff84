// Appends to the stream: judges each notification by the latest message of its reference, and
// publishes it so that no other publisher can have taken its revision.
#ifndef SERVER_EVENTS_JETSTREAM_PUBLISHER_H_
#define SERVER_EVENTS_JETSTREAM_PUBLISHER_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "netzme/v1/upgrade_notification.pb.h"
#include "server/call/metrics.h"
#include "server/call/secret.h"
#include "server/events/event_log.h"
#include "server/events/jetstream/api.h"
#include "server/events/jetstream/append_lines.h"
#include "server/events/jetstream/nats.h"
#include "server/events/jetstream/pending_append.h"
#include "server/events/jetstream/send_queue.h"
#include "server/events/jetstream/stored_event.h"
#include "server/events/log_file.h"

namespace kyc::events::jetstream {

struct PublisherOptions {
  std::string stream;
  std::string subject_prefix;
  Secret message_key;
  // An append is answered within this, whatever NATS does.
  absl::Duration timeout = absl::Seconds(5);
  // How many appends may wait; further ones are refused at once.
  int max_waiting = 4096;
  Metrics* metrics = nullptr;  // Not owned; required.
};

// Thread-safe. Three threads, however many appends wait: one works, one sends, one receives. An
// append reads the latest message from the stream's leader, judges, and publishes; who comes second
// reads and judges again, at most 5 times. Whatever was published without an answer is looked for
// before it is published anew, so that it is stored once. Appends of one reference in one gateway
// go one after the other, and hand each other the latest state.
//
// An append that is answered LOG_UNREACHABLE may be stored nevertheless: whoever repeats it is then
// told so.
class Publisher {
 public:
  // `connection` and `file` outlive it. Starts the threads.
  static absl::StatusOr<std::unique_ptr<Publisher>> Start(Connection& connection,
                                                          const LogFile& file,
                                                          PublisherOptions options);
  // Answers what waits, then ends the threads.
  ~Publisher();

  // As EventLog::Append. Answers come on the publisher's thread, or on the caller's.
  void Append(::netzme::v1::UpgradeEvent notification,
              absl::AnyInvocable<void(absl::StatusOr<Appended>) &&> done);

  // False while there is no connection, and for some seconds after an append was not answered in
  // time. Does not block.
  bool writable() const;

 private:
  using Clock = PendingAppend::Clock;

  Publisher(Connection& connection, const LogFile& file, PublisherOptions options,
            std::string inbox, std::unique_ptr<Subscription> answers);

  void Work();
  void Receive();
  void Admit(PendingAppend append);
  void OnAnswer(const Message& message);
  void OnDue();

  // Steps of the append that is first of its reference.
  void Read(PendingAppend& append);
  void OnRead(PendingAppend& append, const Message& message);
  void OnLookedBack(PendingAppend& append, const Message& message);
  void JudgeAndPublish(PendingAppend& append);
  void OnPublished(PendingAppend& append, const Message& message);
  void Again(PendingAppend& append);
  void Wait(PendingAppend& append, PendingAppend::Step step, Clock::duration delay);
  void Send(PendingAppend& append, Outgoing outgoing);
  // The event in the answer. False: it cannot be had, and the append was dealt with.
  bool Take(PendingAppend& append, const Message& message, absl::optional<Latest>& event);
  void Answer(PendingAppend& append, absl::StatusOr<Appended> answer);
  void NoteFailed(Clock::time_point now);

  Connection& connection_;
  const LogFile& file_;
  const PublisherOptions options_;
  const std::string inbox_;

  // Between the threads.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<PendingAppend> admitted_;
  std::vector<Message> answers_;
  int waiting_ = 0;
  bool closing_ = false;
  std::atomic<Clock::time_point> failed_ = Clock::time_point();  // When, last.

  // The worker's.
  AppendLines appends_;
  std::minstd_rand random_{std::random_device{}()};

  SendQueue sender_;
  std::unique_ptr<Subscription> subscription_;
  std::atomic<bool> stop_receiving_ = false;
  std::thread receiver_;
  std::thread worker_;  // Last: it uses all the others.
};

}  // namespace kyc::events::jetstream

#endif  // SERVER_EVENTS_JETSTREAM_PUBLISHER_H_
