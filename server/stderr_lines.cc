#include "server/stderr_lines.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kyc {
namespace {

constexpr std::chrono::seconds kLastLines(1);
// By one write.
constexpr size_t kMaxBatchBytes = 64 << 10;

// Blocks. What nobody can take any more is dropped.
void WriteAll(int descriptor, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written > 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {  // Another program that has it, too, may have made it so.
      pollfd ready = {.fd = descriptor, .events = POLLOUT, .revents = 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return;
    }
  }
}

}  // namespace

// Shared with the thread, which may outlive the lines' owner. Thread-safe.
class StderrLines::Queue {
 public:
  void Push(std::string line) {
    const std::lock_guard lock(mutex_);
    if (lines_.size() == kMaxWaiting) {
      lines_.pop_front();
      ++lost_;
    }
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }

  // Some of the lines, oldest first; empty at the end. Who takes has written what it took before.
  std::string Take() {
    std::unique_lock lock(mutex_);
    writing_ = false;
    changed_.notify_all();
    changed_.wait(lock, [this] { return ended_ || !lines_.empty(); });
    std::string batch;
    if (lost_ > 0) absl::StrAppend(&batch, "kyc-gateway: ", lost_, " log lines were lost\n");
    lost_ = 0;
    while (!lines_.empty() && batch.size() < kMaxBatchBytes) {
      batch += lines_.front();
      lines_.pop_front();
    }
    writing_ = !batch.empty();
    return batch;
  }

  void AwaitWritten() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kLastLines, [this] { return lines_.empty() && !writing_; });
  }

  void End() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> lines_;  // Guarded by mutex_, as all that follows.
  size_t lost_ = 0;
  bool writing_ = false;
  bool ended_ = false;
};

StderrLines::StderrLines(int descriptor) : queue_(std::make_shared<Queue>()) {
  // Nobody can wait for a thread that may be stuck in a write.
  std::thread([queue = queue_, descriptor] {
    for (;;) {
      const std::string batch = queue->Take();
      if (batch.empty()) return;
      WriteAll(descriptor, batch);
    }
  }).detach();
}

StderrLines::~StderrLines() {
  AwaitWritten();
  queue_->End();
}

void StderrLines::Write(std::string line) { queue_->Push(std::move(line)); }

void StderrLines::AwaitWritten() { queue_->AwaitWritten(); }

}  // namespace kyc
