#include "server/call/image_type.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace kyc {
namespace {

constexpr size_t kLongestMagic = 12;

// The first bytes, which may lie in several pieces.
std::string Start(const Blob& image) {
  std::string start;
  for (absl::string_view piece : image.pieces) {
    absl::StrAppend(&start, piece.substr(0, kLongestMagic - start.size()));
    if (start.size() == kLongestMagic) break;
  }
  return start;
}

}  // namespace

ImageType ImageTypeOf(const Blob& image) {
  const std::string start = Start(image);
  if (absl::StartsWith(start, "\xFF\xD8\xFF")) return ImageType::kJpeg;
  if (absl::StartsWith(start, "\x89PNG\r\n\x1A\n")) return ImageType::kPng;
  // A RIFF file: its size stands between.
  const bool webp = start.size() == kLongestMagic && absl::StartsWith(start, "RIFF") &&
                    absl::EndsWith(start, "WEBP");
  return webp ? ImageType::kWebp : ImageType::kUnknown;
}

absl::string_view MediaType(ImageType type) {
  switch (type) {
    case ImageType::kJpeg:
      return "image/jpeg";
    case ImageType::kPng:
      return "image/png";
    case ImageType::kWebp:
      return "image/webp";
    case ImageType::kUnknown:
      break;
  }
  return "application/octet-stream";
}

void CheckImage(absl::string_view field, const Blob& image, int64_t max_bytes,
                std::vector<Violation>& violations) {
  const size_t size = image.size();
  if (size == 0) {
    violations.push_back({std::string(field), "must not be empty"});
  } else if (size > static_cast<size_t>(max_bytes)) {
    violations.push_back(
        {std::string(field), absl::StrCat("must be at most ", max_bytes, " bytes")});
  } else if (ImageTypeOf(image) == ImageType::kUnknown) {
    violations.push_back({std::string(field), "must be a JPEG, PNG or WebP file"});
  }
}

}  // namespace kyc
