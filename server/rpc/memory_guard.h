// Whether the process holds more memory than its calls may account for.
#ifndef SERVER_RPC_MEMORY_GUARD_H_
#define SERVER_RPC_MEMORY_GUARD_H_

#include <cstddef>
#include <cstdint>
#include <functional>

namespace kyc::rpc {

// Bytes that the allocator has given out; 0 where it does not tell.
int64_t AllocatedBytes();

// gRPC takes all of a message before anybody can see its size, however large: what a caller sends
// beyond its method's limit is counted nowhere. This notices. What is done about it takes a while,
// so it also tells for how long it was in vain. Not thread-safe.
class MemoryGuard {
 public:
  // `request_bytes` is what requests may hold together.
  explicit MemoryGuard(int64_t request_bytes, std::function<int64_t()> allocated = AllocatedBytes);

  // With so many calls open. At how many looks in a row it was too much: 0 if it is not.
  int Look(size_t open_calls);

 private:
  int too_much_ = 0;
  const int64_t request_bytes_;
  const std::function<int64_t()> allocated_;
};

}  // namespace kyc::rpc

#endif  // SERVER_RPC_MEMORY_GUARD_H_
