#include "server/events/postgres/testing/gate.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "server/events/postgres/await.h"

namespace kyc::events::postgres {
namespace {

constexpr absl::Duration kTurn = absl::Milliseconds(20);

sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

int NewSocket() {
  const int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_GE(file, 0);
  return file;
}

void SendAtOnce(int file) {
  const int on = 1;
  setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

bool WriteAll(int to, const char* bytes, int64_t count) {
  while (count > 0) {
    const ssize_t wrote = send(to, bytes, static_cast<size_t>(count), MSG_NOSIGNAL);
    if (wrote <= 0) return false;
    bytes += wrote;
    count -= wrote;
  }
  return true;
}

}  // namespace

Gate::Gate(uint16_t to) : to_(to), listener_(NewSocket()) {
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(listen(listener_, 64), 0);
  EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { Accept(); });
}

Gate::~Gate() {
  ends_ = true;
  shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  CutAll();
  for (std::thread& each : passing_) each.join();
  for (const int file : open_) close(file);
  close(listener_);
}

void Gate::Accept() {
  for (;;) {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    const int server = NewSocket();
    const sockaddr_in address = Loopback(to_);
    const bool connected =
        connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    SendAtOnce(client);
    SendAtOnce(server);
    const std::lock_guard<std::mutex> lock(mutex_);
    open_.push_back(client);
    open_.push_back(server);
    if (!connected) {
      shutdown(client, SHUT_RDWR);
      continue;
    }
    passing_.emplace_back([=, this] { Pass(client, server, to_server_); });
    passing_.emplace_back([=, this] { Pass(server, client, from_server_); });
  }
}

void Gate::Pass(int from, int to, Way& way) {
  char bytes[16 << 10];
  for (;;) {
    const ssize_t got = recv(from, bytes, sizeof(bytes), 0);
    if (got <= 0) break;
    Wait(absl::Microseconds(delay_us_.load()));
    const Share share = Take(got, way);
    if (!WriteAll(to, bytes, share.bytes)) break;
    if (share.then_cut) return CutAll();
  }
  shutdown(from, SHUT_RDWR);
  shutdown(to, SHUT_RDWR);
}

Gate::Share Gate::Take(int64_t got, Way& way) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const int64_t left = way.cut_at - way.passed;
  const bool cut = left <= got;
  const int64_t count = cut ? left : got;
  way.passed += count;
  if (cut) way.cut_at = kNever;
  return {count, cut};
}

void Gate::CutAfter(int64_t bytes, Way& way) {
  const std::lock_guard<std::mutex> lock(mutex_);
  way.cut_at = way.passed + bytes;
}

// Files are closed at the end only: until then nobody else has their numbers.
void Gate::CutAll() {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const int file : open_) shutdown(file, SHUT_RDWR);
}

void Gate::TakeBackCut() {
  const std::lock_guard<std::mutex> lock(mutex_);
  to_server_.cut_at = kNever;
  from_server_.cut_at = kNever;
}

void Gate::Wait(absl::Duration duration) const {
  for (; duration > absl::ZeroDuration() && !ends_; duration -= kTurn) {
    postgres::Await(std::min(duration, kTurn));
  }
}

}  // namespace kyc::events::postgres
