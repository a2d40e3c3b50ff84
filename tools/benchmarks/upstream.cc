#include "tools/benchmarks/upstream.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tools/benchmarks/now.h"
#include "tools/benchmarks/poller.h"
#include "tools/benchmarks/socket.h"

namespace kyc::bench {
namespace {

constexpr size_t kLargestHead = 16384;
constexpr int64_t kMillisecond = 1'000'000;

std::string HttpReply(absl::string_view status, absl::string_view body) {
  return absl::StrCat("HTTP/1.1 ", status,
                      "\r\nContent-Type: application/json\r\nContent-Length: ", body.size(),
                      "\r\n\r\n", body);
}

class Connection;

// The program: a loop over its connections and the replies that wait.
class Server : public Pollable {
 public:
  Server(Descriptor listener, const UpstreamBehaviour& behaviour)
      : behaviour_(behaviour),
        good_(HttpReply("200 OK", behaviour.reply)),
        bad_(HttpReply("500 Internal Server Error", "{}")),
        listener_(std::move(listener)) {
    poller_.Add(listener_.get(), *this);
  }

  [[noreturn]] void Serve();
  void OnReady(uint32_t) override;
  void Reply(std::weak_ptr<Connection> to, bool as_expected);
  void Forget(Connection* connection) { forgotten_.push_back(connection); }

  const UpstreamBehaviour& behaviour() const { return behaviour_; }
  Poller& poller() { return poller_; }

 private:
  struct Waiting {
    int64_t due;
    std::weak_ptr<Connection> to;
    bool as_expected;
  };
  void SendDue();

  const UpstreamBehaviour behaviour_;
  const std::string good_, bad_;
  Poller poller_;
  const Descriptor listener_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  std::vector<Connection*> forgotten_;  // Removed between two waits.
  std::deque<Waiting> waiting_;
};

// Reads one request at a time, as libcurl sends them.
class Connection : public Pollable, public std::enable_shared_from_this<Connection> {
 public:
  Connection(Server& server, Descriptor socket) : server_(server), socket_(std::move(socket)) {
    server_.poller().Add(socket_.get(), *this);
  }
  ~Connection() override { server_.poller().Remove(socket_.get()); }

  void OnReady(uint32_t) override {
    const bool drop = in_body_ && compared_;
    const size_t want = drop ? std::min<uint64_t>(missing_, sizeof buffer_) : sizeof buffer_;
    const ssize_t size = recv(socket_.get(), buffer_, want, drop ? MSG_TRUNC : 0);
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) return server_.Forget(this);
    if (drop) return BodyCame(static_cast<size_t>(size));
    text_.append(buffer_, static_cast<size_t>(size));
    if (in_body_) return BodyCame(static_cast<size_t>(size));
    ReadHead();
  }

  void Send(const std::string& reply) {
    // A reply is far smaller than a socket's buffer.
    send(socket_.get(), reply.data(), reply.size(), MSG_NOSIGNAL);
  }

 private:
  void ReadHead() {
    constexpr absl::string_view kEnd = "\r\n\r\n";
    const size_t end = text_.find(kEnd.data(), 0, kEnd.size());
    if (end == std::string::npos) {
      if (text_.size() > kLargestHead) server_.Forget(this);
      return;
    }
    missing_ = 0;
    for (absl::string_view line : absl::StrSplit(text_.substr(0, end), "\r\n")) {
      constexpr absl::string_view kName = "content-length:";
      if (!absl::StartsWithIgnoreCase(line, kName)) continue;
      (void)absl::SimpleAtoi(line.substr(kName.size()), &missing_);
    }
    text_.erase(0, end + kEnd.size());
    const uint64_t expected = server_.behaviour().expected_body_bytes;
    as_expected_ = expected == 0 || missing_ == expected;
    in_body_ = true;
    BodyCame(text_.size());
  }

  void BodyCame(size_t bytes) {
    missing_ -= std::min<uint64_t>(bytes, missing_);
    if (missing_ > 0) return;
    if (!compared_) {
      as_expected_ = as_expected_ && absl::StrContains(text_, server_.behaviour().expected_text);
      compared_ = true;
    }
    text_.clear();
    in_body_ = false;
    server_.Reply(weak_from_this(), as_expected_);
  }

  Server& server_;
  const Descriptor socket_;
  std::string text_;
  uint64_t missing_ = 0;
  bool in_body_ = false;
  bool compared_ = false;
  bool as_expected_ = true;
  static char buffer_[1 << 18];
};

char Connection::buffer_[1 << 18];

void Server::Serve() {
  for (;;) {
    int wait = -1;
    if (!waiting_.empty()) {
      wait =
          static_cast<int>(std::max<int64_t>(0, waiting_.front().due - Now()) / kMillisecond + 1);
    }
    poller_.Wait(wait);
    SendDue();
    for (Connection* connection : std::exchange(forgotten_, {})) connections_.erase(connection);
  }
}

void Server::OnReady(uint32_t) {
  for (Descriptor socket = Accept(listener_); socket.get() >= 0; socket = Accept(listener_)) {
    auto connection = std::make_shared<Connection>(*this, std::move(socket));
    connections_[connection.get()] = connection;
  }
}

void Server::Reply(std::weak_ptr<Connection> to, bool as_expected) {
  if (behaviour_.stalls) return;
  waiting_.push_back({Now() + behaviour_.delay_nanoseconds, std::move(to), as_expected});
  if (behaviour_.delay_nanoseconds == 0) SendDue();
}

void Server::SendDue() {
  for (; !waiting_.empty() && waiting_.front().due <= Now(); waiting_.pop_front()) {
    const std::shared_ptr<Connection> to = waiting_.front().to.lock();
    if (to != nullptr) to->Send(waiting_.front().as_expected ? good_ : bad_);
  }
}

}  // namespace

absl::StatusOr<Upstream> Upstream::Start(const UpstreamBehaviour& behaviour) {
  absl::StatusOr<Listener> listener = Listen();
  if (!listener.ok()) return listener.status();
  const uint16_t port = listener->port;
  Child process = Child::Fork([&] { Server(std::move(listener->descriptor), behaviour).Serve(); });
  return Upstream(std::move(process), port);
}

}  // namespace kyc::bench
