// The gRPC server: one completion queue, one thread, calls as bytes.
//
// Every method is served generically (grpc::AsyncGenericService) because only so a call can be
// judged before gRPC reads its message: until then HTTP/2's flow control holds an image back at
// the caller, and memory stays bounded however many calls arrive at once.
#ifndef SERVER_RPC_SERVER_H_
#define SERVER_RPC_SERVER_H_

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "server/call/metrics.h"
#include "server/config/settings.h"
#include "server/rpc/call.h"
#include "server/rpc/loop.h"
#include "server/rpc/method.h"
#include "server/rpc/serving_state.h"

namespace kyc::rpc {

// Make it, Add methods, Listen, Serve, then Drain and destroy. It may be destroyed at every step:
// what was posted to its loop is then dropped. All from one thread, the owner's.
class Server {
 public:
  // `metrics` outlives the server.
  Server(config::Grpc limits, std::vector<config::Caller> callers, Metrics& metrics);
  // Drains at once if nobody did.
  ~Server();

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The loop that methods may post to, until the server is destroyed. It runs from Serve on.
  Loop& loop() { return *loop_; }

  void Add(Method method);
  // Binds the address, and takes no call yet. UNAVAILABLE with one line, address and reason.
  absl::Status Listen();
  // Takes calls from now on. After Listen.
  void Serve();
  // The port in use, after Listen.
  int port() const { return port_; }

  // Who may call from soon on; running calls and streams keep what they were allowed. Between Serve
  // and Drain.
  void UseCallers(std::vector<config::Caller> callers);

  // What health answers: serving until BeginDrain. The loop thread's.
  const std::shared_ptr<ServingState>& serving() const { return serving_; }

  // Health answers NOT_SERVING from soon on, for all services; calls are still taken, so that
  // whoever balances the load can notice first. Returns at once. Between Start and Drain.
  void BeginDrain();
  // Takes no new call, tells the streams, lets running calls finish for `timeout` and ends the
  // rest. Blocks until the last call has ended.
  void Drain(absl::Duration timeout);

 private:
  void MakeScope();
  void ForEachOpen(absl::FunctionRef<void(Call*)> act);
  void Sweep();
  void EndAll();

  const config::Grpc limits_;
  std::vector<config::Caller> callers_;  // From Serve on the loop thread's.
  Metrics& metrics_;
  grpc::ServerBuilder builder_;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<CqLoop> loop_;
  absl::flat_hash_map<std::string, Method> methods_;  // Until Listen.
  // From Listen on.
  std::unique_ptr<Admission> admission_;
  std::unique_ptr<CallScope> scope_;
  const std::shared_ptr<ServingState> serving_ = std::make_shared<ServingState>();
  std::unique_ptr<grpc::Server> server_;
  std::thread thread_;
  int port_ = 0;
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_SERVER_H_
