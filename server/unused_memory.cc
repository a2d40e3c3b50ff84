#include "server/unused_memory.h"

#include <algorithm>
#include <utility>

// tcmalloc's, where it is linked in.
extern "C" {
int MallocExtension_GetNumericProperty(const char* property, size_t* value) __attribute__((weak));
void MallocExtension_ReleaseToSystem(size_t bytes) __attribute__((weak));
}

namespace kyc {

void UnusedMemory::GiveBack() {
  size_t unused = 0;
  if (MallocExtension_GetNumericProperty == nullptr ||
      MallocExtension_GetNumericProperty("tcmalloc.pageheap_free_bytes", &unused) == 0) {
    return;
  }
  const size_t whole_time = std::min(unused, std::exchange(unused_, unused));
  if (whole_time > kKept) MallocExtension_ReleaseToSystem(whole_time - kKept);
}

}  // namespace kyc
