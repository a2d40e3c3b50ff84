// A value that is replaced as a whole while others use it.
#ifndef SERVER_CALL_CURRENT_H_
#define SERVER_CALL_CURRENT_H_

#include <memory>
#include <mutex>

namespace kyc {

// Thread-safe. Whoever has got a value keeps that one, whatever is set later; nothing is copied but
// the pointer. Null before the first Set.
template <typename T>
class Current {
 public:
  std::shared_ptr<const T> Get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void Set(std::shared_ptr<const T> value) {
    const std::lock_guard lock(mutex_);
    value_.swap(value);  // What it was is freed, if by this at all, after the lock is given back.
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;  // Guarded by mutex_.
};

}  // namespace kyc

#endif  // SERVER_CALL_CURRENT_H_
