#include "tests/support/scripted_upstream.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/support/local_listener.h"

namespace kyc::tests {

absl::optional<ScriptedPeer::Request> ScriptedPeer::ReadRequest() {
  static constexpr absl::string_view kEndOfHead = "\r\n\r\n";
  std::array<char, 64 << 10> bytes;
  std::string text;
  const auto read = [&] {
    const ssize_t got = recv(socket_, bytes.data(), bytes.size(), 0);
    if (got > 0) text.append(bytes.data(), static_cast<size_t>(got));
    return got > 0;
  };
  size_t end;
  while ((end = text.find(std::string(kEndOfHead))) == text.npos) {
    if (!read()) return absl::nullopt;
  }
  end += kEndOfHead.size();
  const size_t whole = end + ContentLength(text.substr(0, end - 2));
  while (text.size() < whole) {
    if (!read()) return absl::nullopt;
  }
  return Request{text.substr(0, end), text.substr(end)};
}

bool ScriptedPeer::Write(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

void ScriptedPeer::WriteOver(absl::string_view bytes, size_t in_all) {
  std::string many;
  while (many.size() < (64 << 10)) absl::StrAppend(&many, bytes);
  for (size_t written = 0; written < in_all; written += many.size()) {
    if (!Write(many)) return;
  }
}

bool ScriptedPeer::ClosesWithin(absl::Duration patience) {
  pollfd descriptor = {.fd = socket_, .events = POLLIN, .revents = 0};
  return poll(&descriptor, 1, static_cast<int>(absl::ToInt64Milliseconds(patience))) > 0;
}

ScriptedUpstream::ScriptedUpstream(std::function<void(ScriptedPeer&)> script)
    : script_(std::move(script)), listener_(ListenLocally(port_)) {
  acceptor_ = std::thread([this] { Accept(); });
}

ScriptedUpstream::~ScriptedUpstream() {
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  close(listener_);
  {
    const std::lock_guard lock(mutex_);
    for (const int socket : sockets_) {
      if (socket >= 0) shutdown(socket, SHUT_RDWR);
    }
  }
  for (std::thread& thread : threads_) thread.join();
}

std::string ScriptedUpstream::url() const { return absl::StrCat("http://127.0.0.1:", port_); }

void ScriptedUpstream::Accept() {
  while (true) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const std::lock_guard lock(mutex_);
    const size_t place = sockets_.size();
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket, place] {
      ScriptedPeer peer(socket);
      script_(peer);
      const std::lock_guard closing(mutex_);
      sockets_[place] = -1;
      close(socket);
    });
  }
}

}  // namespace kyc::tests
