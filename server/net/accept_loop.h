// Accepts connections, and decides who of those that come is served.
#ifndef SERVER_NET_ACCEPT_LOOP_H_
#define SERVER_NET_ACCEPT_LOOP_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "server/call/metrics.h"
#include "server/net/descriptor.h"
#include "server/net/listen_socket.h"
#include "server/net/paced_line.h"
#include "server/net/shares.h"
#include "server/net/taker.h"

namespace kyc::net {

struct ConnectionLimits {
  // Open at once, those that wait to be begun with included.
  int in_all = 10'000;
  // Of one source; 0: half of what the others leave.
  int of_a_source = 0;
  // Begun with each second, once as many as in_one_go came after quiet.
  int a_second = 300;
  int in_one_go = 1'000;
};

// For whoever serves connections but does not accept them well: libgrpc, whose own listener is deaf
// for good once a descriptor was missing, and has no limits.
//
// One thread for all its listeners. A connection that comes has a place in `in_all` and in its
// source's share, or is closed at once; it waits, unread, until its source's turn has come; then it
// is whoever's who serves it. He must end it by shutdown before he closes it, as libgrpc does: a
// duplicate of each descriptor, which is never read, tells the loop of that end.
//
// Used by the owner's thread: Make, Start, StopAccepting, destroy.
class AcceptLoop {
 public:
  struct Listener {
    ListenSocket socket;
    // For how many the beginning of a connection counts: 1, more where keys are agreed on.
    int price = 1;
    // Takes over the descriptor and serves it; `source`: net/taker.h. False: it cannot, and leaves
    // it.
    std::function<bool(int descriptor, const std::string& source)> serve;
    // Takes over a connection of this process itself, which has no place and waits for nobody, if
    // it is one.
    std::function<bool(int descriptor)> serve_own = [](int) { return false; };
  };

  // `name` is the metrics' label. What is passed outlives the loop. UNAVAILABLE, in one line, if
  // the system refuses what it needs to be told who comes.
  static absl::StatusOr<std::unique_ptr<AcceptLoop>> Make(std::string name,
                                                          std::vector<Listener> listeners,
                                                          ConnectionLimits limits,
                                                          Metrics& metrics);
  // Connections that are served go on, uncounted.
  ~AcceptLoop();

  AcceptLoop(const AcceptLoop&) = delete;
  AcceptLoop& operator=(const AcceptLoop&) = delete;

  void Start();
  // Closes the listening sockets, and has whoever waits served, also in the kernel. When it
  // returns, `serve` is not called any more.
  void StopAccepting();

  // Connections that came and whose end has not been seen. Thread-safe.
  int64_t open() const { return count_; }

 private:
  struct Open {
    std::string source;
    size_t listener;
    Descriptor connection;  // Until it is served.
    Descriptor end;         // The duplicate.
  };

  AcceptLoop(std::string name, std::vector<Listener> listeners, ConnectionLimits limits,
             Metrics& metrics);

  // Whether the system will tell of all that comes.
  bool WatchAll();
  void Run();
  void OnEvent(uint64_t id);
  void Accept(size_t listener, int most);
  void Admit(size_t listener, Taker::Taken taken);
  void OnEnd(uint64_t id);
  void Forget(uint64_t id);
  void ServeThoseInTurn();
  void Serve(uint64_t id);
  void StopNow();
  void Listen(bool on);
  int TimeoutMs() const;
  void Report();

  const std::string name_;
  const ConnectionLimits limits_;
  Metrics& metrics_;
  const Descriptor events_;  // epoll's.
  const Descriptor wake_;
  std::atomic<int64_t> count_{0};  // Of open_.
  absl::Notification ending_, stopping_, stopped_;
  std::thread thread_;
  // The thread's from Start on.
  std::vector<Listener> listeners_;
  Taker taker_;
  Shares places_;
  PacedLine line_;
  absl::flat_hash_map<uint64_t, Open> open_;
  uint64_t last_id_;
  absl::Time listen_again_ = absl::InfiniteFuture();  // While no descriptor is left.
  int64_t reported_open_ = -1, reported_waiting_ = -1;
};

}  // namespace kyc::net

#endif  // SERVER_NET_ACCEPT_LOOP_H_
