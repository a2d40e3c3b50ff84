#include "server/events/jetstream/send_queue.h"

#include <utility>

namespace kyc::events::jetstream {
namespace {

constexpr size_t kMaxWaiting = 8192;

}  // namespace

SendQueue::SendQueue(Connection& connection)
    : connection_(connection), thread_([this] { Run(); }) {}

SendQueue::~SendQueue() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

bool SendQueue::Push(Outgoing outgoing) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (waiting_.size() >= kMaxWaiting) return false;
    waiting_.push_back(std::move(outgoing));
  }
  changed_.notify_one();
  return true;
}

void SendQueue::Run() {
  std::vector<Outgoing> taken;
  for (;;) {
    taken.clear();
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
      if (stop_) return;
      taken.swap(waiting_);
    }
    for (const Outgoing& each : taken) {
      connection_.Publish(each.subject, each.reply, each.headers, each.data).IgnoreError();
    }
  }
}

}  // namespace kyc::events::jetstream
