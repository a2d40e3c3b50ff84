#include "server/upstream/testing/faulty_upstream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace kyc::upstream {
namespace {

constexpr int kReceiveBuffer = 16 << 10;
constexpr int kAcceptsPerListener = 100;
constexpr int kEventsWithoutListener = 20;
constexpr char kEndOfHead[] = "\r\n\r\n";
constexpr absl::string_view kReply =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"ok\":true}";
constexpr absl::string_view kRefusal =
    "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n";
constexpr size_t kFirstLine = 15;  // Of kReply, without its line end.
constexpr size_t kReplyHead = kReply.size() - 11;
// What epoll says of those that are no connection.
constexpr uint64_t kListener = uint64_t(-1);
constexpr uint64_t kWake = uint64_t(-2);

void Check(bool ok) {
  if (!ok) std::abort();
}

size_t ContentLength(const std::string& head) {
  static constexpr absl::string_view kName = "\r\ncontent-length: ";
  const std::string lower = absl::AsciiStrToLower(head);
  const size_t at = lower.find(std::string(kName));
  size_t length = 0;
  Check(at != lower.npos);
  const size_t value = at + kName.size();
  Check(absl::SimpleAtoi(lower.substr(value, lower.find('\r', value) - value), &length));
  return length;
}

// How much of a whole reply is sent before the fault.
size_t ReplyBytes(const FaultPlan& plan) {
  if (plan.moment == Moment::kAfterBody) return 0;
  if (plan.moment == Moment::kInFirstLine) return 1 + plan.Of(kFirstLine - 1);
  if (plan.moment == Moment::kInReplyHead) return kFirstLine + plan.Of(kReplyHead - kFirstLine);
  if (plan.moment == Moment::kInReplyBody) return kReplyHead + plan.Of(kReply.size() - kReplyHead);
  return kReply.size();
}

// Short enough for any socket's buffer.
void Send(int socket, absl::string_view bytes) {
  send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

}  // namespace

FaultyUpstream::FaultyUpstream(uint64_t seed)
    : seed_(seed), epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_CLOEXEC)) {
  epoll_event event = {.events = EPOLLIN, .data = {.u64 = kWake}};
  Check(epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) == 0);
  Listen();
  Check(listener_ >= 0);
  thread_ = std::thread([this] { Run(); });
}

FaultyUpstream::~FaultyUpstream() {
  Finish();
  close(wake_);
  close(epoll_);
}

void FaultyUpstream::Finish() {
  if (!thread_.joinable()) return;
  eventfd_write(wake_, 1);
  thread_.join();
}

std::string FaultyUpstream::url() const { return absl::StrCat("http://127.0.0.1:", port_, "/"); }

int FaultyUpstream::WholeBodies(const std::string& body) const {
  const auto found = whole_.find(std::hash<std::string>()(body));
  return found == whole_.end() ? 0 : found->second;
}

// On the same port each time; without success if a peer's own end just uses it.
void FaultyUpstream::Listen() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port_);
  socklen_t size = sizeof address;
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener, 4096) != 0) {
    close(listener);
    return;
  }
  if (port_ == 0) {
    Check(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  listener_ = listener;
  epoll_event event = {.events = EPOLLIN, .data = {.u64 = kListener}};
  Check(epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event) == 0);
}

// Who is connected but not accepted is reset, and what it has sent was never read.
void FaultyUpstream::EndListening() {
  close(listener_);
  listener_ = -1;
  listens_at_ = events_ + kEventsWithoutListener;
  ++struck_["listener"];
}

void FaultyUpstream::Run() {
  std::array<epoll_event, 64> ready;
  while (!finishing_ || !connections_.empty()) {
    const bool waiting = !later_.empty() || listener_ < 0;
    const int count = epoll_wait(epoll_, ready.data(), ready.size(), waiting ? 1 : -1);
    if (count == 0) ++events_;  // Time passes too.
    for (int i = 0; i < count; ++i) {
      ++events_;
      const uint64_t who = ready[i].data.u64;
      if (who == kWake) {
        finishing_ = true;
        epoll_ctl(epoll_, EPOLL_CTL_DEL, wake_, nullptr);
      } else if (who == kListener) {
        Accept();
      } else if (const auto found = connections_.find(int(who)); found != connections_.end()) {
        Read(*found->second);
      }
    }
    RunLater();
    if (listener_ < 0 && events_ >= listens_at_) Listen();
    if (finishing_) Accept();
  }
  if (listener_ >= 0) close(listener_);
}

void FaultyUpstream::Accept() {
  while (listener_ >= 0) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket < 0) return;
    const int number = accepted_++;
    Connection& connection =
        *(connections_[number] = std::make_unique<Connection>(Connection{socket, number}));
    Watch(connection, true);
    connection.plan = PlanOf(seed_, number, 0);
    if (connection.plan.moment == Moment::kAtAccept) Strike(connection);
    if (number % kAcceptsPerListener == kAcceptsPerListener - 1 && !finishing_) EndListening();
  }
}

void FaultyUpstream::Watch(const Connection& connection, bool add) {
  epoll_event event = {.events = connection.paused ? 0U : uint32_t{EPOLLIN},
                       .data = {.u64 = uint64_t(connection.number)}};
  epoll_ctl(epoll_, add ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, connection.socket, &event);
}

void FaultyUpstream::RunLater() {
  while (!later_.empty() && later_.top().due <= events_) {
    const auto found = connections_.find(later_.top().number);
    later_.pop();
    if (found != connections_.end() && !found->second->mute) Strike(*found->second);
  }
}

void FaultyUpstream::Read(Connection& connection) {
  char byte;
  const ssize_t got = recv(connection.socket, &byte, 1, MSG_PEEK);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) {
    close(connection.socket);
    connections_.erase(connection.number);
    return;
  }
  if (connection.head.empty() && !connection.in_body) BeginRequest(connection);
  const FaultPlan& plan = connection.plan;
  if (plan.moment == Moment::kFirstByte && !connection.mute) return Strike(connection);
  if (connection.in_body) return ReadBody(connection);
  ReadHead(connection);
}

void FaultyUpstream::BeginRequest(Connection& connection) {
  // An idle connection whose end is near ends as it must, also if it is used again just before.
  const bool doomed = connection.plan.moment == Moment::kIdle && connection.index >= 0;
  ++connection.index;
  if (!doomed) connection.plan = PlanOf(seed_, connection.number, connection.index);
}

// Not a byte more than the head, so that the body is read up to exactly where the plan says.
void FaultyUpstream::ReadHead(Connection& connection) {
  std::array<char, 4096> bytes;
  const ssize_t seen = recv(connection.socket, bytes.data(), bytes.size(), MSG_PEEK);
  if (seen <= 0) return;
  std::string& head = connection.head;
  const size_t before = head.size();
  head.append(bytes.data(), size_t(seen));
  const size_t end = head.find(kEndOfHead);
  if (end != head.npos) head.resize(end + 4);
  const FaultPlan& plan = connection.plan;
  const bool fault = plan.moment == Moment::kInHead && !connection.mute;
  const size_t take = fault ? 1 + plan.Of(head.size() - before) : head.size() - before;
  Check(recv(connection.socket, bytes.data(), take, 0) == ssize_t(take));
  head.resize(before + take);
  if (fault) return Strike(connection);
  if (end == head.npos) return;
  connection.in_body = true;
  connection.body_size = ContentLength(head);
  connection.body.clear();
  head.clear();
  ReadBody(connection);
}

void FaultyUpstream::ReadBody(Connection& connection) {
  const FaultPlan& plan = connection.plan;
  const bool fault = !connection.mute &&
                     (plan.moment == Moment::kInBody || plan.moment == Moment::kStalledInBody ||
                      plan.moment == Moment::kRefusedEarly);
  const size_t until = fault ? plan.Of(connection.body_size) : connection.body_size;
  std::array<char, 64 << 10> bytes;
  std::string& body = connection.body;
  while (body.size() < until) {
    const ssize_t got =
        recv(connection.socket, bytes.data(), std::min(bytes.size(), until - body.size()), 0);
    if (got <= 0) return;  // Later, or Read finds its end.
    body.append(bytes.data(), size_t(got));
  }
  if (!fault) return TakeWholeBody(connection);
  if (plan.moment != Moment::kStalledInBody) return Strike(connection);
  connection.paused = true;
  Watch(connection, false);
  Wait(connection);
}

void FaultyUpstream::TakeWholeBody(Connection& connection) {
  ++whole_[std::hash<std::string>()(connection.body)];
  ++all_whole_;
  connection.in_body = false;
  connection.body.clear();
  if (!connection.mute) Answer(connection);
}

void FaultyUpstream::Answer(Connection& connection) {
  switch (connection.plan.moment) {
    case Moment::kNeverAnswered:
      ++struck_[absl::StrCat(MomentName(connection.plan.moment))];
      return;
    case Moment::kNone:
      Send(connection.socket, kReply);
      return;
    case Moment::kIdle:
      Send(connection.socket, kReply);
      return Wait(connection);
    default:
      return Strike(connection);
  }
}

void FaultyUpstream::Strike(Connection& connection) {
  const FaultPlan& plan = connection.plan;
  ++struck_[absl::StrCat(MomentName(plan.moment), " ", EndingName(plan.ending),
                         connection.index > 0 ? " reused" : " first")];
  if (plan.moment == Moment::kRefusedEarly) {
    Send(connection.socket, kRefusal);
  } else if (plan.moment >= Moment::kAfterBody && plan.moment <= Moment::kAfterReply) {
    Send(connection.socket, kReply.substr(0, ReplyBytes(plan)));
  }
  End(connection);
}

void FaultyUpstream::End(Connection& connection) {
  if (connection.plan.ending == Ending::kHalf) {
    shutdown(connection.socket, SHUT_WR);
    connection.mute = true;
    connection.paused = false;
    return Watch(connection, false);
  }
  if (connection.plan.ending == Ending::kReset) {
    const linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(connection.socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  close(connection.socket);
  connections_.erase(connection.number);
}

}  // namespace kyc::upstream
