// What kind of picture some bytes are, by their first bytes.
#ifndef SERVER_CALL_IMAGE_TYPE_H_
#define SERVER_CALL_IMAGE_TYPE_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/call/blob.h"
#include "server/call/error.h"

namespace kyc {

enum class ImageType { kUnknown, kJpeg, kPng, kWebp };

// Looks at no more than the first 12 bytes; what follows may be anything.
ImageType ImageTypeOf(const Blob& image);

// "image/jpeg", ...; "application/octet-stream" for kUnknown.
absl::string_view MediaType(ImageType type);

// Adds what is wrong with an image that must be there: that it is empty, larger than `max_bytes` or
// of no known type.
void CheckImage(absl::string_view field, const Blob& image, int64_t max_bytes,
                std::vector<Violation>& violations);

}  // namespace kyc

#endif  // SERVER_CALL_IMAGE_TYPE_H_
