// The memory that the allocator keeps though nobody uses it.
#ifndef SERVER_UNUSED_MEMORY_H_
#define SERVER_UNUSED_MEMORY_H_

#include <cstddef>

namespace kyc {

// tcmalloc gives memory back only while other memory is freed: after a burst of images the process
// would keep their room for as long as it is quiet. Main's thread owns it.
class UnusedMemory {
 public:
  // What a process that works takes and frees all the time: not given back.
  static constexpr size_t kKept = size_t{32} << 20;

  // Gives back what lay unused since the last call, but for kKept. Nothing where another allocator
  // is in its place (sanitizers).
  void GiveBack();

 private:
  size_t unused_ = 0;  // At the last call.
};

}  // namespace kyc

#endif  // SERVER_UNUSED_MEMORY_H_
