// A way to a server that can be slow, and be cut at any byte.
#ifndef SERVER_EVENTS_POSTGRES_TESTING_GATE_H_
#define SERVER_EVENTS_POSTGRES_TESTING_GATE_H_

#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/time/time.h"

namespace kyc::events::postgres {

// Passes connections on to a port of this machine. Thread-safe; has threads of its own.
class Gate {
 public:
  explicit Gate(uint16_t to);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  uint16_t port() const { return port_; }

  // Bytes that were passed on since the gate was made, to the server and from it.
  int64_t sent() const { return to_server_.passed; }
  int64_t received() const { return from_server_.passed; }
  // Once, when so many more bytes have been passed on, every connection is reset.
  void CutAfterSending(int64_t bytes) { CutAfter(bytes, to_server_); }
  void CutAfterReceiving(int64_t bytes) { CutAfter(bytes, from_server_); }
  // A cut that is still to come no longer does.
  void TakeBackCut();
  // How long every piece of bytes is held up, each way.
  void Delay(absl::Duration delay) { delay_us_ = absl::ToInt64Microseconds(delay); }

 private:
  static constexpr int64_t kNever = INT64_MAX;
  // Shared by all connections.
  struct Way {
    std::atomic<int64_t> passed = 0;  // Written under the mutex.
    int64_t cut_at = kNever;          // Under the mutex; never below `passed`.
  };
  // What of the bytes that came is passed on.
  struct Share {
    int64_t bytes = 0;
    bool then_cut = false;
  };

  void Accept();
  // Until either end is over.
  void Pass(int from, int to, Way& way);
  Share Take(int64_t got, Way& way);
  void CutAfter(int64_t bytes, Way& way);
  void CutAll();
  void Wait(absl::Duration duration) const;

  const uint16_t to_;
  int listener_ = -1;
  uint16_t port_ = 0;
  Way to_server_;
  Way from_server_;
  std::atomic<int64_t> delay_us_ = 0;
  std::atomic<bool> ends_ = false;

  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> passing_;
  std::thread accepting_;  // Last: it uses all the others.
};

}  // namespace kyc::events::postgres

#endif  // SERVER_EVENTS_POSTGRES_TESTING_GATE_H_
