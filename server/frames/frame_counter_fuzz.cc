// Any bytes, cut anywhere: the same verdict as in one piece, and once it has fallen it stays.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "server/frames/frame_counter.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using kyc::frames::Excess;
  if (size < 2) return 0;
  const size_t piece = 1 + data[0];
  const bool with_preface = (data[1] & 1) != 0;
  const absl::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  kyc::frames::FrameCounter whole, cut;
  if (with_preface) {
    constexpr absl::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    whole.Take(kPreface, 0);
    cut.Take(kPreface, 0);
  }
  const Excess said = whole.Take(bytes, 0);
  for (size_t at = 0; at < bytes.size(); at += piece) {
    const Excess before = cut.excess();
    const Excess now = cut.Take(bytes.substr(at, piece), 0);
    if (before != Excess::kNone && now != before) std::abort();
  }
  if (cut.excess() != said || cut.has_begun() != whole.has_begun()) std::abort();
  return 0;
}
