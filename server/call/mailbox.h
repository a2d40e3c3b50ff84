// The way to a thread that waits for much else, too.
#ifndef SERVER_CALL_MAILBOX_H_
#define SERVER_CALL_MAILBOX_H_

#include <mutex>
#include <utility>
#include <vector>

namespace kyc {

// What other threads post to the one that owns it. It wakes nobody by itself: how its owner is
// woken is known by whoever has both. Thread-safe. Bounded by those who post.
template <typename T>
class Mailbox {
 public:
  enum class Posted {
    kFirst,   // The owner must be woken, once for this and all that follows until it takes.
    kBehind,  // Whoever posted first wakes it.
    kClosed,  // `item` is as it was.
  };

  Posted Post(T&& item) {
    const std::lock_guard lock(mutex_);
    if (closed_) return Posted::kClosed;
    items_.push_back(std::move(item));
    return items_.size() == 1 ? Posted::kFirst : Posted::kBehind;
  }

  // Into `items`, which is empty and whose room is used again: all that was posted, in that order.
  void Take(std::vector<T>& items) {
    const std::lock_guard lock(mutex_);
    std::swap(items, items_);
  }

  bool empty() const {
    const std::lock_guard lock(mutex_);
    return items_.empty();
  }

  void Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  // False, and it stays open: there is something in it.
  bool CloseIfEmpty() {
    const std::lock_guard lock(mutex_);
    closed_ = items_.empty();
    return closed_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<T> items_;  // Guarded by mutex_,
  bool closed_ = false;   // and this too.
};

}  // namespace kyc

#endif  // SERVER_CALL_MAILBOX_H_
