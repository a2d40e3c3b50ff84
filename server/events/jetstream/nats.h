// A connection to a NATS cluster, as little of it as the log needs. No other file says nats.
//
// Errors are UNAVAILABLE LOG_UNREACHABLE with the library's cause: no data, no subject.
#ifndef SERVER_EVENTS_JETSTREAM_NATS_H_
#define SERVER_EVENTS_JETSTREAM_NATS_H_

#include <atomic>
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
#include "absl/types/optional.h"
#include "server/call/secret.h"

struct __natsConnection;
struct __natsSubscription;

namespace kyc::events::jetstream {

struct ConnectionOptions {
  // nats://host:port or tls://host:port. If one is tls, nothing is said to any in plaintext.
  std::vector<std::string> servers;
  std::string name;  // Shown by the server's monitoring.
  // At most one way of three: user and password, token, or a .creds file.
  std::string user;
  Secret password;
  Secret token;
  std::string creds_file;
  std::string ca_file;  // Of tls:// servers; empty: the system's.
};

struct Message {
  std::string subject;
  std::string reply;
  std::string data;
  std::string status;  // Of a message that only the server makes: "100", "404", "503"; else empty.
  // Of a heartbeat: what the consumer delivered last, and where a stalled one waits for an answer.
  std::string last_consumer_sequence;
  std::string stalled_reply;
};

using Headers = std::vector<std::pair<std::string, std::string>>;

// UNAVAILABLE LOG_UNREACHABLE: `cause` is a phrase without data.
absl::Status Unreachable(absl::string_view cause);

class Connection;

// Messages of one subject, taken by one thread. Ends before its connection.
class Subscription {
 public:
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  // Waits for a message up to `timeout`; none when there was none. Whatever the library had to drop
  // is seen by its caller as a gap.
  absl::StatusOr<absl::optional<Message>> Next(absl::Duration timeout);

 private:
  friend class Connection;
  Subscription(Connection& connection, __natsSubscription* subscription)
      : connection_(connection), subscription_(subscription) {}

  Connection& connection_;
  __natsSubscription* const subscription_;
};

// Thread-safe. Reconnects for ever, to any of the servers; notices within seconds when a server
// says nothing more. Publish and Request may block for kWriteDeadline, or while it reconnects:
// never called from a thread that must not wait.
class Connection {
 public:
  static constexpr absl::Duration kWriteDeadline = absl::Seconds(1);

  // Blocks up to 2 s for each server. UNAVAILABLE when none answers or lets us in.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const ConnectionOptions& options);
  ~Connection();

  // Never blocks. A server that was lost a moment ago may not have been noticed.
  bool connected() const { return connected_.load(); }

  absl::Status Publish(const std::string& subject, const std::string& reply, const Headers& headers,
                       absl::string_view data);
  absl::StatusOr<Message> Request(const std::string& subject, absl::string_view data,
                                  absl::Duration timeout);
  // One that has ended keeps its memory until a later Request is answered.
  absl::StatusOr<std::unique_ptr<Subscription>> Subscribe(const std::string& subject);

  // A subject that nobody else uses.
  static std::string NewInbox();

 private:
  friend class Subscription;
  Connection() = default;
  // Ends it, but for its memory.
  void Retire(__natsSubscription* subscription);
  std::vector<__natsSubscription*> TakeRetired();
  void PutBack(const std::vector<__natsSubscription*>& retired);

  std::atomic<bool> connected_ = true;
  // The library calls back no more. Shared, as it is still in use when its waiter is woken.
  const std::shared_ptr<std::promise<void>> closed_ = std::make_shared<std::promise<void>>();
  __natsConnection* connection_ = nullptr;
  // The library's reading thread may be about to touch these (it does before 3.6.1). It has let go
  // of them once it has read the answer to a request that was sent after they ended.
  std::mutex mutex_;
  std::vector<__natsSubscription*> retired_;
};

}  // namespace kyc::events::jetstream

#endif  // SERVER_EVENTS_JETSTREAM_NATS_H_
