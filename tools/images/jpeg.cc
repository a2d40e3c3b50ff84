#include <cstdio>  // jpeglib.h needs FILE before it.
#include <cstdlib>
#include <memory>

#include "tools/images/encode.h"

extern "C" {
#include <jpeglib.h>
}

namespace kyc::images {

std::string EncodeJpeg(const Canvas& canvas, int quality) {
  jpeg_compress_struct compress;
  jpeg_error_mgr errors;
  compress.err = jpeg_std_error(&errors);  // Its error_exit ends the program: only memory can fail.
  jpeg_create_compress(&compress);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&compress, &bytes, &size);
  compress.image_width = static_cast<JDIMENSION>(canvas.width());
  compress.image_height = static_cast<JDIMENSION>(canvas.height());
  compress.input_components = 3;
  compress.in_color_space = JCS_RGB;
  jpeg_set_defaults(&compress);
  jpeg_set_quality(&compress, quality, TRUE);
  jpeg_start_compress(&compress, TRUE);
  while (compress.next_scanline < compress.image_height) {
    auto* row = const_cast<JSAMPROW>(canvas.row(static_cast<int>(compress.next_scanline)));
    jpeg_write_scanlines(&compress, &row, 1);
  }
  jpeg_finish_compress(&compress);
  jpeg_destroy_compress(&compress);
  const std::unique_ptr<unsigned char, decltype(&std::free)> owner(bytes, &std::free);
  return std::string(reinterpret_cast<const char*>(bytes), size);
}

std::string PadJpeg(std::string jpeg, size_t bytes) {
  constexpr size_t kLargest = 65537;  // A marker, and a length of 65535 that counts itself.
  std::string comments;
  size_t left = bytes - jpeg.size();
  while (left > 0) {
    size_t segment = std::min(left, kLargest);
    if (left - segment > 0 && left - segment < kJpegPadMin) segment -= kJpegPadMin;
    const size_t length = segment - 2;
    comments += {'\xff', '\xfe', static_cast<char>(length >> 8), static_cast<char>(length & 255)};
    comments.append(length - 2, ' ');
    left -= segment;
  }
  // After the start marker and the JFIF segment, which must come first.
  const size_t jfif =
      static_cast<unsigned char>(jpeg[4]) * 256u + static_cast<unsigned char>(jpeg[5]);
  return jpeg.insert(4 + jfif, comments);
}

}  // namespace kyc::images
