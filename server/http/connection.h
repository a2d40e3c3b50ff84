// One HTTP connection of the listener; private to this room.
#ifndef SERVER_HTTP_CONNECTION_H_
#define SERVER_HTTP_CONNECTION_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/any_invocable.h"
#include "absl/types/optional.h"
#include "server/call/mailbox.h"
#include "server/http/handler.h"
#include "server/http/handshakes.h"
#include "server/http/server.h"
#include "server/http/wire.h"

namespace kyc::http {

// The way into the loop from any thread, as long as there is a loop. Wakes it once for all tasks
// that wait. Thread-safe; outlives the loop.
class Gate {
 public:
  using Task = absl::AnyInvocable<void() &&>;

  explicit Gate(boost::asio::io_context* loop) : loop_(loop) {}

  // Runs `task` on the loop, never once the gate is closed.
  void Post(Task task) {
    if (tasks_.Post(std::move(task)) != Mailbox<Task>::Posted::kFirst) return;
    const std::lock_guard lock(mutex_);
    if (loop_ != nullptr) boost::asio::post(*loop_, [this] { RunWaiting(); });
  }
  void Close() {
    const std::lock_guard lock(mutex_);
    loop_ = nullptr;
  }

 private:
  void RunWaiting() {
    std::vector<Task> tasks;
    tasks_.Take(tasks);
    for (Task& task : tasks) std::move(task)();
  }

  Mailbox<Task> tasks_;
  std::mutex mutex_;
  boost::asio::io_context* loop_;  // Guarded by mutex_.
};

// What the listener may do to a connection.
class Connection {
 public:
  virtual ~Connection() = default;
  // Ends the running read or write if its time is over.
  virtual void Tick(Clock::time_point now) = 0;
  // For a drain: ends it unless a request has begun.
  virtual void CloseIfIdle() = 0;
  // Since when it has waited for a request's whole head, or for its peer to close after the last
  // answer. While a request runs: time_point::max().
  virtual Clock::time_point IdleSince() const = 0;
  // Who is counted as one: net/taker.h.
  virtual const std::string& source() const = 0;
  // Ends it now, without a word; another takes its place.
  virtual void GiveWay() = 0;
  // Nullopt: the handler will not reply any more. Too late, it does nothing: no request follows one
  // that was not replied to.
  virtual void TakeReply(absl::optional<HttpReply> reply) = 0;
};

// What the connections share. Belongs to the listener's thread.
struct Shared {
  ServerOptions options;
  Handler handler;
  Handshakes* handshakes = nullptr;  // Null: plaintext. Goes before the connections.
  std::shared_ptr<Gate> gate;
  absl::flat_hash_set<Connection*> connections;  // Also those that are turned away.
  size_t turned_away = 0;
  size_t busy = 0;  // Requests between their first byte and the last byte of their answer.
  bool draining = false;
  absl::AnyInvocable<void() &&> drained;  // Null before Drain, and once called.

  void Tell(absl::string_view result) {
    if (options.metrics != nullptr) options.metrics->ConnectionCame(options.name, result);
  }
  void FinishDrain() {
    if (draining && busy == 0 && drained) std::exchange(drained, nullptr)();
  }
};

// Counts a request as running for as long as it lives.
class Busy {
 public:
  explicit Busy(Shared* shared) : shared_(shared) { ++shared_->busy; }
  ~Busy() {
    --shared_->busy;
    shared_->FinishDrain();
  }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  Shared* shared_;
};

// Who is at the other end.
struct Peer {
  std::string source;  // net/taker.h
  IpAddress address;
};

// Serves a connection to its end. `shared` outlives the loop.
Task<void> Serve(Socket socket, Peer peer, Shared* shared);
// Tells a connection that there are too many.
Task<void> TurnAway(Socket socket, Peer peer, Shared* shared);

}  // namespace kyc::http

#endif  // SERVER_HTTP_CONNECTION_H_
