#include "server/call/secret.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <new>

namespace kyc {
namespace {

std::atomic<int64_t> swappable{0};

// Whole pages of our own: what locks or frees them touches nobody else's.
class Pages {
 public:
  explicit Pages(size_t bytes) {
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    bytes_ = (bytes + page - 1) / page * page;
    begin_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (begin_ == MAP_FAILED) throw std::bad_alloc();
    madvise(begin_, bytes_, MADV_DONTDUMP);
    locked_ = mlock(begin_, bytes_) == 0;
    if (!locked_) swappable += static_cast<int64_t>(bytes_);
  }
  char* begin() const { return static_cast<char*>(begin_); }
  void WipeAndFree() const {
    explicit_bzero(begin_, bytes_);
    munmap(begin_, bytes_);
    if (!locked_) swappable -= static_cast<int64_t>(bytes_);
  }

 private:
  size_t bytes_ = 0;
  void* begin_ = nullptr;
  bool locked_ = false;
};

}  // namespace

void Wipe(std::string& text) {
  text.resize(text.capacity());
  explicit_bzero(text.data(), text.size());
  text.clear();
}

Secret::Secret(absl::string_view value) : size_(value.size()) {
  if (value.empty()) return;
  const Pages pages(value.size() + 1);
  memcpy(pages.begin(), value.data(), value.size());  // The rest is zeros.
  value_ = {pages.begin(), [pages](const char*) { pages.WipeAndFree(); }};
}

Secret::Secret(std::string&& value) : Secret(absl::string_view(value)) { Wipe(value); }

int64_t SwappableSecretBytes() { return swappable; }

}  // namespace kyc
