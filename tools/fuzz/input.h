// What fuzz targets make of their bytes.
#ifndef TOOLS_FUZZ_INPUT_H_
#define TOOLS_FUZZ_INPUT_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/string_view.h"

namespace kyc::fuzz {

inline void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

// Takes choices from the front of an input; the rest is what a reader reads.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : left_(reinterpret_cast<const char*>(data), size) {}

  // 0 where there is nothing left.
  uint8_t Byte() {
    if (left_.empty()) return 0;
    const auto byte = static_cast<uint8_t>(left_.front());
    left_.remove_prefix(1);
    return byte;
  }
  template <typename T, size_t kCount>
  const T& OneOf(const T (&list)[kCount]) {
    return list[Byte() % kCount];
  }
  absl::string_view rest() const { return left_; }

 private:
  absl::string_view left_;
};

}  // namespace kyc::fuzz

#endif  // TOOLS_FUZZ_INPUT_H_
