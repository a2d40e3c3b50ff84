#include "tools/benchmarks/post_connection.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/types/optional.h"

namespace kyc::bench {
namespace {

constexpr absl::string_view kEndOfHead = "\r\n\r\n";
constexpr size_t kStatusAt = 9;  // After "HTTP/1.1 ".

size_t ContentLength(absl::string_view head) {
  size_t length = 0;
  for (absl::string_view line : absl::StrSplit(head, "\r\n")) {
    constexpr absl::string_view kName = "content-length:";
    if (!absl::StartsWithIgnoreCase(line, kName)) continue;
    (void)absl::SimpleAtoi(line.substr(kName.size()), &length);
  }
  return length;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PostConnection>> PostConnection::Open(Poller& poller, uint16_t port,
                                                                     const std::string& path,
                                                                     const std::string& headers,
                                                                     OnReply on_reply) {
  absl::StatusOr<Descriptor> socket = Connect(port);
  if (!socket.ok()) return socket.status();
  std::string head = absl::StrCat("POST ", path, " HTTP/1.1\r\nHost: 127.0.0.1:", port, "\r\n",
                                  headers, "Content-Type: application/json\r\nContent-Length: ");
  return std::unique_ptr<PostConnection>(
      new PostConnection(poller, *std::move(socket), std::move(head), std::move(on_reply)));
}

PostConnection::PostConnection(Poller& poller, Descriptor socket, std::string head,
                               OnReply on_reply)
    : poller_(poller),
      socket_(std::move(socket)),
      head_(std::move(head)),
      on_reply_(std::move(on_reply)) {
  poller_.Add(socket_.get(), *this);
}

PostConnection::~PostConnection() { poller_.Remove(socket_.get()); }

void PostConnection::Post(absl::string_view body) {
  if (lost_) return;
  busy_ = true;
  outbox_.Copy(head_);
  outbox_.Copy(absl::StrCat(body.size(), kEndOfHead));
  outbox_.Copy(body);
  Write();
}

void PostConnection::Write() {
  const Outbox::Written written = outbox_.WriteTo(socket_.get());
  if (written == Outbox::Written::kBroken) return Lose();
  if (written == Outbox::Written::kSome) poller_.TellWritable(socket_.get(), *this, true);
}

void PostConnection::OnReady(uint32_t epoll_events) {
  if (lost_) return;
  if ((epoll_events & EPOLLOUT) != 0) {
    poller_.TellWritable(socket_.get(), *this, false);
    Write();
  }
  char buffer[4096];
  const ssize_t size = recv(socket_.get(), buffer, sizeof buffer, 0);
  if (size == 0 || (size < 0 && errno != EAGAIN)) return Lose();
  if (size < 0) return;
  received_.append(buffer, static_cast<size_t>(size));
  ReadReply();
}

void PostConnection::ReadReply() {
  const size_t end = received_.find(kEndOfHead.data(), 0, kEndOfHead.size());
  if (end == std::string::npos) return;
  const absl::string_view head = absl::string_view(received_).substr(0, end);
  const size_t length = ContentLength(head);
  const size_t begin = end + kEndOfHead.size();
  if (received_.size() < begin + length) return;
  const std::string whole = std::exchange(received_, "");
  Reply reply{0, absl::string_view(whole).substr(begin, length)};
  (void)absl::SimpleAtoi(absl::string_view(whole).substr(kStatusAt, 3), &reply.status);
  busy_ = false;
  on_reply_(reply);
}

void PostConnection::Lose() {
  if (std::exchange(lost_, true)) return;
  busy_ = false;
  poller_.Remove(socket_.get());
  on_reply_({});
}

}  // namespace kyc::bench
