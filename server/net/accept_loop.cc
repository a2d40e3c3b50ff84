#include "server/net/accept_loop.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "server/call/steady_now.h"

namespace kyc::net {
namespace {

// What an event belongs to: the wake-up, a listener by its place, or a connection.
constexpr uint64_t kWake = 0;
constexpr uint64_t kFirstListener = 1;
constexpr uint64_t kFirstConnection = uint64_t{1} << 32;

// At a time of one listener, so that the others have their turn.
constexpr int kAcceptedInOneGo = 64;
// As many as the kernel keeps for a listener, or more: those that come while it ends are no reason
// not to end.
constexpr int kMostThatWait = SOMAXCONN;
// How long nobody is accepted after descriptors ran out.
constexpr absl::Duration kWithoutDescriptors = absl::Milliseconds(10);
// How long one source's connections may wait in line: they are heard before their callers give up.
constexpr int kSecondsInLine = 2;

bool Watch(int events, int descriptor, uint32_t what, uint64_t id, int operation) {
  epoll_event event = {};
  event.events = what;
  event.data.u64 = id;
  return epoll_ctl(events, operation, descriptor, &event) == 0;
}

}  // namespace

AcceptLoop::AcceptLoop(std::string name, std::vector<Listener> listeners, ConnectionLimits limits,
                       Metrics& metrics)
    : name_(std::move(name)),
      limits_(limits),
      metrics_(metrics),
      events_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      listeners_(std::move(listeners)),
      places_(limits.in_all, limits.of_a_source),
      line_({.a_second = limits.a_second,
             .at_once = limits.in_one_go,
             .of_one_source = limits.a_second * kSecondsInLine}),
      last_id_(kFirstConnection) {}

absl::StatusOr<std::unique_ptr<AcceptLoop>> AcceptLoop::Make(std::string name,
                                                             std::vector<Listener> listeners,
                                                             ConnectionLimits limits,
                                                             Metrics& metrics) {
  auto made =
      absl::WrapUnique(new AcceptLoop(std::move(name), std::move(listeners), limits, metrics));
  if (made->WatchAll()) return made;
  return absl::UnavailableError(
      absl::StrCat("cannot watch for connections: ", strerror(errno),
                   ", by the limits of open files or of epoll's watches (fs.epoll)"));
}

bool AcceptLoop::WatchAll() {
  if (!events_.is_open() || !wake_.is_open()) return false;
  if (!Watch(events_.get(), wake_.get(), EPOLLIN, kWake, EPOLL_CTL_ADD)) return false;
  for (size_t i = 0; i < listeners_.size(); ++i) {
    if (!Watch(events_.get(), listeners_[i].socket.descriptor(), EPOLLIN, kFirstListener + i,
               EPOLL_CTL_ADD)) {
      return false;
    }
  }
  return true;
}

AcceptLoop::~AcceptLoop() {
  if (!thread_.joinable()) return;
  ending_.Notify();
  eventfd_write(wake_.get(), 1);
  thread_.join();
}

void AcceptLoop::Start() {
  thread_ = std::thread([this] { Run(); });
}

void AcceptLoop::StopAccepting() {
  if (!thread_.joinable() || stopping_.HasBeenNotified()) return;
  stopping_.Notify();
  eventfd_write(wake_.get(), 1);
  stopped_.WaitForNotification();
}

void AcceptLoop::Run() {
  std::array<epoll_event, 256> came;
  while (!ending_.HasBeenNotified()) {
    const int count = epoll_wait(events_.get(), came.data(), came.size(), TimeoutMs());
    for (int i = 0; i < count; ++i) OnEvent(came[static_cast<size_t>(i)].data.u64);
    if (SteadyNow() >= listen_again_) Listen(true);
    ServeThoseInTurn();
    if (stopping_.HasBeenNotified() && !stopped_.HasBeenNotified()) StopNow();
    Report();
  }
}

int AcceptLoop::TimeoutMs() const {
  const absl::Time next = std::min(line_.NextTime(), listen_again_);
  if (next == absl::InfiniteFuture()) return -1;
  return static_cast<int>(std::max<int64_t>(0, absl::ToInt64Milliseconds(next - SteadyNow()) + 1));
}

void AcceptLoop::OnEvent(uint64_t id) {
  if (id >= kFirstConnection) return OnEnd(id);
  if (id != kWake) {
    // Of one that was closed meanwhile there is nothing to take.
    if (id - kFirstListener < listeners_.size()) {
      Accept(id - kFirstListener, kAcceptedInOneGo);
    }
    return;
  }
  eventfd_t count;
  eventfd_read(wake_.get(), &count);
}

void AcceptLoop::Accept(size_t listener, int most) {
  for (int i = 0; i < most; ++i) {
    Taker::Taken taken = taker_.Take(listeners_[listener].socket.descriptor());
    switch (taken.what) {
      case Taker::What::kTaken:
        Admit(listener, std::move(taken));
        break;
      case Taker::What::kNobody:
        return;
      case Taker::What::kShed:
        metrics_.ConnectionCame(name_, "no_descriptor");
        return Listen(false);
      case Taker::What::kNotNow:
        return Listen(false);
    }
  }
}

// While descriptors are short, a listener would be told of its peers again and again.
void AcceptLoop::Listen(bool on) {
  listen_again_ = on ? absl::InfiniteFuture() : SteadyNow() + kWithoutDescriptors;
  const uint32_t what = on ? uint32_t{EPOLLIN} : 0;
  for (size_t i = 0; i < listeners_.size(); ++i) {
    if (!Watch(events_.get(), listeners_[i].socket.descriptor(), what, kFirstListener + i,
               EPOLL_CTL_MOD)) {
      listen_again_ = SteadyNow() + kWithoutDescriptors;
    }
  }
}

void AcceptLoop::Admit(size_t listener, Taker::Taken taken) {
  if (listeners_[listener].serve_own(taken.connection.get())) {
    taken.connection.Release();
    return;
  }
  if (!places_.Take(taken.source)) {
    metrics_.ConnectionCame(name_, places_.full() ? "full" : "source_full");
    return;
  }
  const uint64_t id = ++last_id_;
  Descriptor end(fcntl(taken.connection.get(), F_DUPFD_CLOEXEC, 0));
  // While it waits nobody else would notice that its peer has gone.
  const bool watched =
      end.is_open() && Watch(events_.get(), end.get(), EPOLLRDHUP, id, EPOLL_CTL_ADD);
  if (!watched || !line_.Add(taken.source, id, listeners_[listener].price)) {
    metrics_.ConnectionCame(name_, watched ? "line_full" : "no_descriptor");
    return places_.GiveBack(taken.source);
  }
  open_.emplace(
      id, Open{std::move(taken.source), listener, std::move(taken.connection), std::move(end)});
  ++count_;
}

void AcceptLoop::OnEnd(uint64_t id) {
  const auto at = open_.find(id);
  if (at == open_.end()) return;
  if (at->second.connection.is_open()) {
    line_.Remove(at->second.source, id);
    metrics_.ConnectionCame(name_, "gone");
  }
  Forget(id);
}

void AcceptLoop::Forget(uint64_t id) {
  const auto at = open_.find(id);
  // While another descriptor of the connection is open, closing this one does not.
  epoll_ctl(events_.get(), EPOLL_CTL_DEL, at->second.end.get(), nullptr);
  places_.GiveBack(at->second.source);
  open_.erase(at);
  --count_;
}

void AcceptLoop::ServeThoseInTurn() {
  const absl::Time now = SteadyNow();
  while (const auto next = line_.Next(now)) Serve(*next);
}

void AcceptLoop::Serve(uint64_t id) {
  Open& open = open_.at(id);
  // From now on only the whole connection's end counts.
  Watch(events_.get(), open.end.get(), 0, id, EPOLL_CTL_MOD);
  if (listeners_[open.listener].serve(open.connection.get(), open.source)) {
    open.connection.Release();
    metrics_.ConnectionCame(name_, "served");
  } else {
    metrics_.ConnectionCame(name_, "no_descriptor");
    Forget(id);
  }
}

// Who waits in line, or in the kernel, may have sent a call already, and is told to go elsewhere
// like all others; a bare reset would not say whether that call was made.
void AcceptLoop::StopNow() {
  for (size_t i = 0; i < listeners_.size(); ++i) Accept(i, kMostThatWait);
  std::vector<uint64_t> waiting;
  for (const auto& [id, open] : open_) {
    if (open.connection.is_open()) waiting.push_back(id);
  }
  for (uint64_t id : waiting) {
    line_.Remove(open_.at(id).source, id);
    Serve(id);
  }
  listeners_.clear();
  listen_again_ = absl::InfiniteFuture();
  stopped_.Notify();
}

void AcceptLoop::Report() {
  const auto open = static_cast<int64_t>(open_.size());
  const auto waiting = static_cast<int64_t>(line_.size());
  if (open == reported_open_ && waiting == reported_waiting_) return;
  reported_open_ = open;
  reported_waiting_ = waiting;
  metrics_.ConnectionsOpen(name_, open, waiting);
}

}  // namespace kyc::net
