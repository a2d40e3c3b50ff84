#include "tests/support/holding_upstream.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/child_process.h"
#include "tests/support/local_listener.h"

namespace kyc::tests {
namespace {

constexpr char kEndOfHead[] = "\r\n\r\n";

}  // namespace

HoldingUpstream::HoldingUpstream(std::string reply, Holds holds)
    : reply_(absl::StrCat("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ",
                          reply.size(), kEndOfHead, reply)),
      holds_(holds),
      listener_(ListenLocally(port_)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  for (const int file : {listener_, wake_}) Watch(file);
  thread_ = std::thread([this] { Run(); });
}

HoldingUpstream::~HoldingUpstream() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  eventfd_write(wake_, 1);
  thread_.join();
  while (!connections_.empty()) Close(connections_.begin()->first);
  close(epoll_);
  close(wake_);
  close(listener_);
}

std::string HoldingUpstream::url() const { return absl::StrCat("http://127.0.0.1:", port_); }

bool HoldingUpstream::AwaitArrived(size_t count) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, absl::ToChronoSeconds(kPatience),
                           [&] { return arrived_ >= count; });
}

bool HoldingUpstream::AwaitGivenUp(size_t count) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, absl::ToChronoSeconds(kPatience),
                           [&] { return given_up_ >= count; });
}

size_t HoldingUpstream::arrived() const {
  const std::lock_guard lock(mutex_);
  return arrived_;
}

void HoldingUpstream::Release() {
  {
    const std::lock_guard lock(mutex_);
    released_ = true;
  }
  eventfd_write(wake_, 1);
}

void HoldingUpstream::Run() {
  std::array<epoll_event, 256> events;
  while (true) {
    const int count = epoll_wait(epoll_, events.data(), events.size(), -1);
    for (int i = 0; i < count; ++i) {
      const int file = events[i].data.fd;
      if (file == listener_) {
        Accept();
      } else if (file != wake_) {
        Read(file);
      }
    }
    std::unique_lock lock(mutex_);
    if (ended_) return;
    if (!released_) continue;
    lock.unlock();
    eventfd_t ignored;
    eventfd_read(wake_, &ignored);
    for (auto& [socket, connection] : connections_) {
      if (connection.waits) GoOn(socket, connection);
    }
  }
}

void HoldingUpstream::Accept() {
  const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (socket < 0) return;
  connections_[socket];
  Watch(socket);
}

void HoldingUpstream::Read(int socket) {
  std::vector<char> bytes(256 << 10);
  const ssize_t size = recv(socket, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0) return Close(socket);
  Take(socket, connections_[socket], bytes.data(), static_cast<size_t>(size));
}

// The peer sends one request at a time: nothing follows a body.
void HoldingUpstream::Take(int socket, Connection& connection, const char* bytes, size_t size) {
  if (!connection.in_body) {
    connection.head.append(bytes, size);
    const size_t end = connection.head.find(kEndOfHead);
    if (end == connection.head.npos) return;
    connection.in_body = true;
    connection.body_left = ContentLength(connection.head.substr(0, end + 2));
    size = connection.head.size() - end - 4;
    connection.head.clear();
    if (holds_ == Holds::kBodies) Arrived();
  }
  connection.body_left -= std::min(size, connection.body_left);
  if (connection.body_left == 0) {
    WholeBody(socket, connection);
  } else if (holds_ == Holds::kBodies && !Released()) {
    connection.waits = true;
    epoll_ctl(epoll_, EPOLL_CTL_DEL, socket, nullptr);
  }
}

void HoldingUpstream::Arrived() {
  const std::lock_guard lock(mutex_);
  ++arrived_;
  changed_.notify_all();
}

bool HoldingUpstream::Released() const {
  const std::lock_guard lock(mutex_);
  return released_;
}

void HoldingUpstream::WholeBody(int socket, Connection& connection) {
  connection.in_body = false;
  connection.waits = true;
  if (holds_ == Holds::kAnswers) Arrived();
  if (Released()) GoOn(socket, connection);
}

void HoldingUpstream::GoOn(int socket, Connection& connection) {
  connection.waits = false;
  if (connection.in_body) return Watch(socket);
  // Short enough for any socket's buffer.
  send(socket, reply_.data(), reply_.size(), MSG_NOSIGNAL);
}

void HoldingUpstream::Watch(int file) {
  epoll_event event = {.events = EPOLLIN, .data = {.fd = file}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, file, &event);
}

void HoldingUpstream::Close(int socket) {
  if (connections_[socket].waits) {
    const std::lock_guard lock(mutex_);
    ++given_up_;
    changed_.notify_all();
  }
  close(socket);
  connections_.erase(socket);
}

}  // namespace kyc::tests
