#include "tools/benchmarks/poller.h"

namespace kyc::bench {
namespace {

constexpr int kEventsAtOnce = 1024;

epoll_event Event(uint32_t events, Pollable& whom) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &whom;
  return event;
}

}  // namespace

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)), events_(kEventsAtOnce) {}

void Poller::Add(int fd, Pollable& whom) {
  epoll_event event = Event(EPOLLIN, whom);
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
}

void Poller::TellWritable(int fd, Pollable& whom, bool tell) {
  epoll_event event = Event(tell ? EPOLLIN | EPOLLOUT : EPOLLIN, whom);
  epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void Poller::Remove(int fd) { epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr); }

void Poller::Wait(int milliseconds) {
  const int ready = epoll_wait(epoll_.get(), events_.data(), kEventsAtOnce, milliseconds);
  for (int i = 0; i < ready; ++i) {
    static_cast<Pollable*>(events_[i].data.ptr)->OnReady(events_[i].events);
  }
}

}  // namespace kyc::bench
