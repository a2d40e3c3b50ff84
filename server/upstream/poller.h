// The epoll set of the loop: libcurl's sockets, a wake-up and a timer.
#ifndef SERVER_UPSTREAM_POLLER_H_
#define SERVER_UPSTREAM_POLLER_H_

#include <curl/curl.h>
#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace kyc::upstream {

// Makes few system calls: a kept-alive connection stays in the set from call to call, and the timer
// is armed only when it must fire earlier than it would anyway.
//
// Wake is thread-safe; all else belongs to the loop's thread.
class Poller {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr Clock::time_point kNow = Clock::time_point::min();
  static constexpr Clock::time_point kNever = Clock::time_point::max();

  // A socket on which something that was wanted has happened.
  struct Event {
    curl_socket_t socket;
    int happened;  // CURL_CSELECT_IN, CURL_CSELECT_OUT.
    void* owner;   // As given to Want.
  };

  static absl::StatusOr<std::unique_ptr<Poller>> Open();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // Ends a Wait, now or the next one.
  void Wake();

  // Lets the sockets of this handle be opened and closed here. Outlives the connections.
  void Attach(CURL* easy);

  // What libcurl wants to know of a socket: CURL_POLL_IN, _OUT, _INOUT or _REMOVE.
  void Want(curl_socket_t socket, int what, void* owner);

  // Waits until something happened, or until `due` (it may return earlier, with nothing); kNow only
  // looks. The result is valid until the next call.
  absl::Span<const Event> Wait(Clock::time_point due);

 private:
  struct Socket {
    uint32_t registered = 0;  // The events that the kernel watches; 0: not in the set.
    uint32_t wanted = 0;
    bool ours = false;  // Opened and closed by us, so that nobody else closes it unnoticed.
    void* owner = nullptr;
  };

  Poller(int epoll, int wake, int timer) : epoll_(epoll), wake_(wake), timer_(timer) {}

  static curl_socket_t OpenSocket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int CloseSocket(void* self, curl_socket_t socket);

  Socket& At(curl_socket_t socket);
  void Register(curl_socket_t socket, Socket& state, uint32_t events);
  void Arm(Clock::time_point due);

  const int epoll_;
  const int wake_;
  const int timer_;
  Clock::time_point armed_ = kNever;
  std::vector<Socket> sockets_;  // By descriptor.
  std::array<epoll_event, 256> raw_;
  std::vector<Event> events_;
};

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_POLLER_H_
