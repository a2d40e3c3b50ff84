#include "server/upstream/testing/fake_upstream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace kyc::upstream {
namespace {

size_t ContentLength(absl::string_view head) {
  for (absl::string_view line : absl::StrSplit(head, "\r\n")) {
    if (!absl::StartsWithIgnoreCase(line, "content-length:")) continue;
    size_t length = 0;
    const absl::string_view value = absl::StripAsciiWhitespace(line.substr(15));
    if (absl::SimpleAtoi(value, &length)) return length;
  }
  return 0;
}

void Check(bool ok) {
  if (!ok) std::abort();
}

}  // namespace

FakeConnection::~FakeConnection() { Close(); }

bool FakeConnection::WaitForByte() {
  char byte;
  return !buffer_.empty() || recv(socket_, &byte, 1, MSG_PEEK) == 1;
}

absl::optional<SeenRequest> FakeConnection::ReadHead() {
  size_t end;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    char bytes[4096];
    const ssize_t got = recv(socket_, bytes, sizeof bytes, 0);
    if (got <= 0) return absl::nullopt;
    buffer_.append(bytes, got);
  }
  SeenRequest request;
  request.connection = number_;
  request.index = next_index_++;
  request.head = buffer_.substr(0, end + 4);
  buffer_.erase(0, end + 4);
  return request;
}

void FakeConnection::ReadBody(SeenRequest& request, size_t limit) {
  const size_t length = ContentLength(request.head);
  const size_t want = std::min(length, limit);
  std::string& body = request.body;
  const size_t buffered = std::min(want - body.size(), buffer_.size());
  body.append(buffer_, 0, buffered);
  buffer_.erase(0, buffered);
  std::vector<char> bytes(64 << 10);
  while (body.size() < want) {
    const ssize_t got = recv(socket_, bytes.data(), std::min(bytes.size(), want - body.size()), 0);
    if (got <= 0) break;
    body.append(bytes.data(), got);
  }
  request.whole = body.size() == length;
}

void FakeConnection::Write(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (written <= 0) return;
    bytes.remove_prefix(written);
  }
}

void FakeConnection::WriteSlowly(absl::string_view bytes) {
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  for (const char& byte : bytes) Write({&byte, 1});
}

void FakeConnection::EndWriting() { shutdown(socket_, SHUT_WR); }

void FakeConnection::Drain() {
  std::vector<char> bytes(64 << 10);
  while (recv(socket_, bytes.data(), bytes.size(), 0) > 0) {
  }
}

void FakeConnection::Close() {
  std::lock_guard lock(mutex_);
  if (std::exchange(open_, false)) close(socket_);
}

void FakeConnection::Abort() {
  std::lock_guard lock(mutex_);
  if (open_) shutdown(socket_, SHUT_RDWR);
}

void FakeConnection::Reset() {
  const linger now = {.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  Close();
}

FakeUpstream::FakeUpstream(Script script) : script_(std::move(script)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  Check(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
  Check(listen(listener_, 4096) == 0);
  Check(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

FakeUpstream::~FakeUpstream() { Stop(); }

void FakeUpstream::Stop() {
  if (!acceptor_.joinable()) return;
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  close(listener_);
  {
    std::lock_guard lock(mutex_);
    for (const auto& connection : connections_) connection->Abort();
  }
  for (std::thread& thread : threads_) thread.join();
}

void FakeUpstream::Accept() {
  while (true) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    std::lock_guard lock(mutex_);
    auto connection = std::make_shared<FakeConnection>(socket, int(connections_.size()));
    connections_.push_back(connection);
    threads_.emplace_back([this, connection] {
      script_(*this, *connection);
      connection->Close();
    });
  }
}

std::string FakeUpstream::url() const { return absl::StrCat("http://127.0.0.1:", port_, "/path"); }

absl::optional<SeenRequest> FakeUpstream::Receive(FakeConnection& connection) {
  absl::optional<SeenRequest> request = connection.ReadHead();
  if (!request) return absl::nullopt;
  connection.ReadBody(*request);
  Note(*request);
  if (!request->whole) return absl::nullopt;
  return request;
}

void FakeUpstream::Note(SeenRequest request) {
  std::lock_guard lock(mutex_);
  if (request.whole) ++whole_[request.body];
  seen_.push_back(std::move(request));
  changed_.notify_all();
}

std::vector<SeenRequest> FakeUpstream::seen() const {
  std::lock_guard lock(mutex_);
  return seen_;
}

int FakeUpstream::WholeBodies(absl::string_view body) const {
  std::lock_guard lock(mutex_);
  const auto found = whole_.find(std::string(body));
  return found == whole_.end() ? 0 : found->second;
}

int FakeUpstream::connections() const {
  std::lock_guard lock(mutex_);
  return int(threads_.size());
}

void FakeUpstream::AwaitSeen(size_t count) const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return seen_.size() >= count; });
}

std::string Reply(absl::string_view body, absl::string_view status) {
  return absl::StrCat("HTTP/1.1 ", status,
                      "\r\nContent-Type: application/json\r\nContent-Length: ", body.size(),
                      "\r\n\r\n", body);
}

FakeUpstream::Script AnswerAll(std::string reply) {
  return [reply](FakeUpstream& upstream, FakeConnection& connection) {
    while (upstream.Receive(connection)) connection.Write(reply);
  };
}

}  // namespace kyc::upstream
