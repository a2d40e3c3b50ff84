#include "server/upstream/poller.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>

#include "absl/status/status.h"

namespace kyc::upstream {
namespace {

// A connection that a firewall forgot, or whose other end is gone, is found while it is idle, not
// by the next call: asked after 10 s of silence and again every 3 s, which also keeps it in a
// firewall's memory, it ends once it has said nothing for 25 s, as one does whose bytes nobody
// acknowledges. Of these questions some may get lost, as of any packets: the time must have room
// for several, because the kernel ends a connection by its first unanswered one after it.
constexpr int kKeepAliveIdleSeconds = 10;
constexpr int kKeepAliveIntervalSeconds = 3;
constexpr int kUnacknowledgedMilliseconds = 25'000;

void KeepAlive(int socket) {
  const auto set = [socket](int level, int option, int value) {
    setsockopt(socket, level, option, &value, sizeof value);
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, kKeepAliveIdleSeconds);
  set(IPPROTO_TCP, TCP_KEEPINTVL, kKeepAliveIntervalSeconds);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, kUnacknowledgedMilliseconds);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Poller>> Poller::Open() {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  const int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  std::unique_ptr<Poller> poller(new Poller(epoll, wake, timer));
  if (epoll < 0 || wake < 0 || timer < 0) {
    return absl::ErrnoToStatus(errno, "cannot open the upstream loop's descriptors");
  }
  for (const int descriptor : {wake, timer}) {
    // Edge-triggered: each write or expiry is one event, and nothing ever needs to be read.
    epoll_event event = {.events = EPOLLIN | EPOLLET, .data = {.fd = descriptor}};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0) {
      return absl::ErrnoToStatus(errno, "cannot watch the upstream loop's descriptors");
    }
  }
  return poller;
}

Poller::~Poller() {
  for (const int descriptor : {timer_, wake_, epoll_}) {
    if (descriptor >= 0) close(descriptor);
  }
}

void Poller::Wake() { eventfd_write(wake_, 1); }

void Poller::Attach(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &OpenSocket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &CloseSocket);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
}

curl_socket_t Poller::OpenSocket(void* self, curlsocktype, curl_sockaddr* address) {
  const int opened = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (opened < 0) return CURL_SOCKET_BAD;
  KeepAlive(opened);
  static_cast<Poller*>(self)->At(opened) = {.ours = true};
  return opened;
}

int Poller::CloseSocket(void* self, curl_socket_t socket) {
  // The kernel takes a closed socket out of the set by itself.
  static_cast<Poller*>(self)->At(socket) = {};
  return close(socket);
}

Poller::Socket& Poller::At(curl_socket_t socket) {
  if (sockets_.size() <= size_t(socket)) sockets_.resize(socket + 64);
  return sockets_[socket];
}

void Poller::Want(curl_socket_t socket, int what, void* owner) {
  Socket& state = At(socket);
  state.owner = owner;
  state.wanted = (what & CURL_POLL_REMOVE) ? 0
                                           : ((what & CURL_POLL_IN) ? uint32_t{EPOLLIN} : 0) |
                                                 ((what & CURL_POLL_OUT) ? uint32_t{EPOLLOUT} : 0);
  uint32_t events = state.wanted;
  // An idle connection of ours stays watched for input, because its next call wants just that. If
  // anything happens to it before, Wait ends it.
  if (events == 0 && state.ours && (state.registered & EPOLLIN)) events = EPOLLIN;
  Register(socket, state, events);
}

void Poller::Register(curl_socket_t socket, Socket& state, uint32_t events) {
  if (events == state.registered) return;
  epoll_event event = {.events = events, .data = {.fd = socket}};
  const int operation = events == 0             ? EPOLL_CTL_DEL
                        : state.registered == 0 ? EPOLL_CTL_ADD
                                                : EPOLL_CTL_MOD;
  epoll_ctl(epoll_, operation, socket, &event);
  state.registered = events;
}

void Poller::Arm(Clock::time_point due) {
  using std::chrono::nanoseconds;
  armed_ = due;
  const auto since_epoch = std::chrono::duration_cast<nanoseconds>(due.time_since_epoch());
  const int64_t at = since_epoch.count() > 0 ? since_epoch.count() : 1;
  const itimerspec when = {
      .it_interval = {}, .it_value = {.tv_sec = at / 1'000'000'000, .tv_nsec = at % 1'000'000'000}};
  timerfd_settime(timer_, TFD_TIMER_ABSTIME, &when, nullptr);
}

absl::Span<const Poller::Event> Poller::Wait(Clock::time_point due) {
  const bool look = due == kNow;
  if (!look && due < armed_) Arm(due);
  events_.clear();
  const int count = epoll_wait(epoll_, raw_.data(), raw_.size(), look ? 0 : -1);
  for (int i = 0; i < count; ++i) {
    const int descriptor = raw_[i].data.fd;
    if (descriptor == wake_) continue;
    if (descriptor == timer_) {
      armed_ = kNever;  // The next Wait arms it again.
      continue;
    }
    Socket& state = At(descriptor);
    if (state.wanted == 0) {
      // An idle connection ended, or something came that nobody asked for: libcurl would take that
      // for the next call's answer. Once shut down it is dead to libcurl too.
      shutdown(descriptor, SHUT_RDWR);
      Register(descriptor, state, 0);
      continue;
    }
    uint32_t got = raw_[i].events;
    if (got & (EPOLLERR | EPOLLHUP)) got |= state.wanted;  // Reading or writing tells the reason.
    events_.push_back({.socket = descriptor,
                       .happened = ((got & EPOLLIN) ? CURL_CSELECT_IN : 0) |
                                   ((got & EPOLLOUT) ? CURL_CSELECT_OUT : 0),
                       .owner = state.owner});
  }
  return events_;
}

}  // namespace kyc::upstream
