// The gRPC server: one completion queue, one thread, calls as bytes.
//
// Every method is served generically (grpc::AsyncGenericService) because only so a call can be
// judged before gRPC reads its message: until then HTTP/2's flow control holds an image back at
// the caller, so that memory stays bounded however many messages are sent at once. How many calls
// gRPC queues until this server takes them has no bound of gRPC's own; what is taken has one, and
// what is beyond it is let go of at once.
#ifndef SERVER_RPC_SERVER_H_
#define SERVER_RPC_SERVER_H_

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "server/call/ended_call.h"
#include "server/call/metrics.h"
#include "server/call/repeated_lines.h"
#include "server/call/span.h"
#include "server/config/settings.h"
#include "server/rpc/call_scope.h"
#include "server/rpc/callers.h"
#include "server/rpc/connections.h"
#include "server/rpc/listener.h"
#include "server/rpc/loop.h"
#include "server/rpc/memory_guard.h"
#include "server/rpc/method.h"
#include "server/rpc/not_let_in.h"
#include "server/rpc/serving_state.h"
#include "server/rpc/watchdog.h"

namespace kyc::rpc {

// How long a drain waits for those who do not acknowledge that they are to call elsewhere, since
// the last call has ended: as long as a long way there and back takes.
inline constexpr absl::Duration kLongestWay = absl::Milliseconds(700);
// How long a server's own new connection, and its question for health, may each take.
inline constexpr absl::Duration kLongestAnswer = absl::Seconds(2);

// Make it, Add methods, Listen, Serve, then Drain and destroy. It may be destroyed at every step:
// what was posted to its loop is then dropped. All from one thread, the owner's.
class Server {
 public:
  // `metrics` outlives the server. `log` is told whom it does not let in; see RepeatedLines.
  Server(config::Grpc limits, std::vector<config::Caller> callers, Metrics& metrics,
         absl::Duration longest_way = kLongestWay, RepeatedLines::Write log = nullptr);
  // Drains at once if nobody did. Bounded, as Drain is.
  ~Server();

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The loop that methods may post to, until the server is destroyed. It runs from Serve on.
  Loop& loop() { return *loop_; }

  void Add(Method method);
  // `ended` is told, on the loop's thread, of each call's end, but not of those that anybody may
  // make; it must not block. Before Listen.
  void OnCallEnded(std::function<void(const EndedCall&)> ended) { call_ended_ = std::move(ended); }
  // Has each call that is not let in told to `tell`, on the loop's thread. Before Serve.
  void OnNotLetIn(std::function<void(const Refused&)> tell) {
    not_let_in_.TellAlso(std::move(tell));
  }
  // Which calls are recorded in a trace; by default none. Before Listen.
  void Sample(const Sampling& sampling) { sampling_ = sampling; }
  // Binds the addresses, and takes no call yet. UNAVAILABLE with one line: address, reason, field.
  absl::Status Listen(const std::vector<Listener>& listeners);
  // Takes calls from now on. After Listen.
  void Serve();
  // The ports in use, after Listen, in the order of the listeners; 0 for a socket with a path.
  const std::vector<int>& ports() const { return connections_.ports(); }
  int port() const { return ports().front(); }

  // The listener, by its field in the configuration, at which no new connection has been served for
  // 30 s; empty: none. Thread-safe, from Serve on.
  std::string DeafListener() const;
  // Whether a new connection is served there now. Blocks for a moment. Likewise.
  bool Answers(size_t listener) { return connections_.Answers(listener, kLongestAnswer); }

  // Who may call from soon on. Calls that run keep what they were allowed; streams that could not
  // be opened any more end. Between Serve and Drain.
  void UseCallers(std::vector<config::Caller> callers);

  // What health answers: serving until BeginDrain. The loop thread's.
  const std::shared_ptr<ServingState>& serving() const { return serving_; }

  // Health answers NOT_SERVING from soon on, for all services; calls are still taken, so that
  // whoever balances the load can notice first. Returns at once. Between Start and Drain.
  void BeginDrain();
  // Closes the port, tells every connection by GOAWAY and the streams by their goodbye, lets
  // running calls finish for `timeout` and ends the rest. What was on its way when the callers were
  // told still runs, for a second; what comes later is answered SERVER_DRAINING. Blocks until the
  // last call has ended and nothing can come any more: gRPC closes each connection whose caller has
  // acknowledged GOAWAY, and who does not is waited for `longest_way`. Some seconds longer than
  // `timeout` if a call does not end. Whether all of it has ended: if not, its thread is left
  // behind, and may be in the middle of something. What a method uses must then not be destroyed,
  // so the process is to end without that.
  bool Drain(absl::Duration timeout);

 private:
  void MakeScope();
  void Sweep();
  void EndLongReads(const std::vector<Call*>& open, absl::Time now);
  // The loop thread's part of a drain.
  void TakeLastCalls(absl::Duration timeout);
  void OnChange();
  void LookForQuiet();
  void EndAll();
  // Waits for the thread; gives it up if it does not end. Whether it has.
  bool Join();

  const config::Grpc limits_;
  const absl::Duration longest_way_;
  Callers callers_;  // From Serve on the loop thread's.
  Metrics& metrics_;
  NotLetIn not_let_in_;
  grpc::ServerBuilder builder_;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<CqLoop> loop_;
  Connections connections_;
  absl::flat_hash_map<std::string, Method> methods_;  // Until Listen.
  std::function<void(const EndedCall&)> call_ended_;  // Likewise.
  Sampling sampling_;                                 // Likewise.
  // From Listen on.
  std::unique_ptr<Admission> admission_;
  std::unique_ptr<CallScope> scope_;
  MemoryGuard guard_;
  const std::shared_ptr<ServingState> serving_ = std::make_shared<ServingState>();
  std::unique_ptr<grpc::Server> server_;
  std::thread thread_;
  // The thread has. Its own, too: it may outlive the server.
  const std::shared_ptr<absl::Notification> ended_ = std::make_shared<absl::Notification>();
  std::unique_ptr<Watchdog> watchdog_;  // From Serve on.
  // While draining: told when no call is open and none arrives any more.
  std::shared_ptr<absl::Notification> quiet_;
  absl::Time quiet_since_ = absl::InfiniteFuture();  // No caller's call is open.
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_SERVER_H_
