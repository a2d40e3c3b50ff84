// A canvas as the bytes of a JPEG or PNG file.
#ifndef TOOLS_IMAGES_ENCODE_H_
#define TOOLS_IMAGES_ENCODE_H_

#include <cstddef>
#include <string>

#include "tools/images/canvas.h"

namespace kyc::images {

// The least that padding can add: an empty comment segment, an empty chunk.
inline constexpr size_t kJpegPadMin = 4;
inline constexpr size_t kPngPadMin = 12;

// quality 1 to 100, 4:2:0 chroma as phones write it.
std::string EncodeJpeg(const Canvas& canvas, int quality);

// `pad_to`: if the file would be at least kPngPadMin smaller, an ancillary chunk fills it to
// exactly this size; 0 adds none.
std::string EncodePng(const Canvas& canvas, size_t pad_to);

// Adds comment segments until the file has exactly `bytes`; `bytes` is its size or at least
// kJpegPadMin more.
std::string PadJpeg(std::string jpeg, size_t bytes);

}  // namespace kyc::images

#endif  // TOOLS_IMAGES_ENCODE_H_
