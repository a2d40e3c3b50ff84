#include <png.h>

#include <vector>

#include "tools/images/encode.h"

namespace kyc::images {
namespace {

constexpr size_t kEndChunk = 12;

void Append(png_structp png, png_bytep data, size_t size) {
  static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<const char*>(data), size);
}

void Flush(png_structp) {}

// A private chunk that readers may skip: small first letter ancillary, small second private.
void WritePadding(png_structp png, size_t chunk_size) {
  const std::vector<png_byte> filler(chunk_size - kPngPadMin, ' ');
  png_write_chunk(png, reinterpret_cast<const png_byte*>("fiLl"), filler.data(), filler.size());
}

}  // namespace

std::string EncodePng(const Canvas& canvas, size_t pad_to) {
  std::string file;
  // Without an error function of ours libpng ends the program: only memory can fail here.
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &file, Append, Flush);
  png_set_compression_level(png, 4);
  png_set_IHDR(png, info, static_cast<png_uint_32>(canvas.width()),
               static_cast<png_uint_32>(canvas.height()), 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (int y = 0; y < canvas.height(); ++y) png_write_row(png, canvas.row(y));
  if (file.size() + kEndChunk + kPngPadMin <= pad_to) {
    WritePadding(png, pad_to - file.size() - kEndChunk);
  }
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return file;
}

}  // namespace kyc::images
