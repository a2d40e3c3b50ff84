// Realistic test pictures of an exact size, made in memory.
#ifndef TOOLS_IMAGES_PICTURE_H_
#define TOOLS_IMAGES_PICTURE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace kyc::images {

inline constexpr size_t kMinPictureBytes = 4 << 10;
inline constexpr size_t kMaxPictureBytes = 32 << 20;

struct PictureSpec {
  enum class Kind { kCard, kSelfie };
  enum class Format { kJpeg, kPng };
  Kind kind = Kind::kCard;
  Format format = Format::kJpeg;
  size_t bytes = 1'000'000;
  uint32_t seed = 1;
};

// A whole, valid picture file of exactly `spec.bytes` bytes. Dimensions and quality bring it near,
// a comment (JPEG) or an ancillary chunk (PNG) fills the rest. The same spec gives the same bytes.
// INVALID_ARGUMENT if `bytes` is outside the limits above. Takes up to some seconds for the
// largest. Thread-safe.
absl::StatusOr<std::string> MakePicture(const PictureSpec& spec);

}  // namespace kyc::images

#endif  // TOOLS_IMAGES_PICTURE_H_
