#include "server/rpc/memory_guard.h"

#include <utility>

// tcmalloc's, in programs that have it.
extern "C" [[gnu::weak]] int MallocExtension_GetNumericProperty(const char* property,
                                                                size_t* value);

namespace kyc::rpc {
namespace {

// What everything else may take, and what a call takes beside its request.
constexpr int64_t kElse = 512 << 20;
constexpr int64_t kEachCall = 64 << 10;

}  // namespace

int64_t AllocatedBytes() {
  size_t bytes = 0;
  if (MallocExtension_GetNumericProperty == nullptr) return 0;
  MallocExtension_GetNumericProperty("generic.current_allocated_bytes", &bytes);
  return static_cast<int64_t>(bytes);
}

MemoryGuard::MemoryGuard(int64_t request_bytes, std::function<int64_t()> allocated)
    : request_bytes_(request_bytes), allocated_(std::move(allocated)) {}

int MemoryGuard::Look(size_t open_calls) {
  const int64_t calls = static_cast<int64_t>(open_calls) * kEachCall;
  const bool too_much = allocated_() > 2 * request_bytes_ + kElse + calls;
  too_much_ = too_much ? too_much_ + 1 : 0;
  return too_much_;
}

}  // namespace kyc::rpc
