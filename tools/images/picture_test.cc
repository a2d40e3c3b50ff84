#include "tools/images/picture.h"

#include <gtest/gtest.h>
#include <png.h>

#include <cstdio>  // jpeglib.h needs FILE before it.
#include <vector>

#include "absl/status/status.h"

extern "C" {
#include <jpeglib.h>
}

namespace kyc::images {
namespace {

using Kind = PictureSpec::Kind;
using Format = PictureSpec::Format;

// Width, or 0 if a reader of its own finds any fault from the first byte to the last.
int JpegWidth(const std::string& file) {
  jpeg_decompress_struct reader;
  jpeg_error_mgr errors;
  reader.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&reader);
  jpeg_mem_src(&reader, reinterpret_cast<const unsigned char*>(file.data()), file.size());
  jpeg_read_header(&reader, TRUE);
  jpeg_start_decompress(&reader);
  std::vector<unsigned char> row(size_t{3} * reader.output_width);
  while (reader.output_scanline < reader.output_height) {
    unsigned char* target = row.data();
    jpeg_read_scanlines(&reader, &target, 1);
  }
  jpeg_finish_decompress(&reader);
  const int width = static_cast<int>(reader.output_width);
  const bool whole = reader.src->bytes_in_buffer == 0 && errors.num_warnings == 0;
  jpeg_destroy_decompress(&reader);
  return whole ? width : 0;
}

int PngWidth(const std::string& file) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&image, file.data(), file.size()) == 0) return 0;
  image.format = PNG_FORMAT_RGB;
  std::vector<unsigned char> pixels(PNG_IMAGE_SIZE(image));
  const bool read = png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) != 0;
  return read && image.warning_or_error == 0 ? static_cast<int>(image.width) : 0;
}

class PictureTest : public testing::TestWithParam<PictureSpec> {};

TEST_P(PictureTest, HasExactSizeAndDecodes) {
  const absl::StatusOr<std::string> file = MakePicture(GetParam());
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->size(), GetParam().bytes);
  EXPECT_GT(GetParam().format == Format::kJpeg ? JpegWidth(*file) : PngWidth(*file), 20);
}

INSTANTIATE_TEST_SUITE_P(
    Specs, PictureTest,
    testing::Values(PictureSpec{Kind::kCard, Format::kJpeg, kMinPictureBytes, 1},
                    PictureSpec{Kind::kSelfie, Format::kJpeg, 100'003, 2},
                    PictureSpec{Kind::kCard, Format::kJpeg, 1'000'000, 3},
                    PictureSpec{Kind::kCard, Format::kJpeg, (8 << 20) + 1, 4},
                    PictureSpec{Kind::kSelfie, Format::kPng, kMinPictureBytes, 5},
                    PictureSpec{Kind::kCard, Format::kPng, 100'001, 6},
                    PictureSpec{Kind::kSelfie, Format::kPng, 1'000'000, 7}));

TEST(MakePictureTest, PaddingIsASmallPart) {
  const auto file = MakePicture({Kind::kCard, Format::kJpeg, 500'000, 9});
  ASSERT_TRUE(file.ok()) << file.status();
  size_t comments = 0;
  for (size_t at = 20; (*file)[at + 1] == '\xfe';) {
    const size_t length = 2 + static_cast<unsigned char>((*file)[at + 2]) * 256u +
                          static_cast<unsigned char>((*file)[at + 3]);
    comments += length;
    at += length;
  }
  EXPECT_GT(comments, 0u);
  EXPECT_LT(comments, file->size() / 6);
}

TEST(MakePictureTest, SameSeedSameBytesOtherSeedOtherBytes) {
  const PictureSpec spec = {Kind::kCard, Format::kJpeg, 50'000, 11};
  PictureSpec other = spec;
  other.seed = 12;
  EXPECT_EQ(*MakePicture(spec), *MakePicture(spec));
  EXPECT_NE(*MakePicture(spec), *MakePicture(other));
}

TEST(MakePictureTest, SizeOutsideLimitsIsRefused) {
  for (const size_t bytes : {size_t{0}, kMinPictureBytes - 1, kMaxPictureBytes + 1}) {
    const auto file = MakePicture({Kind::kCard, Format::kPng, bytes, 1});
    EXPECT_EQ(file.status(), absl::InvalidArgumentError("bytes must be from 4096 to 33554432"));
  }
}

}  // namespace
}  // namespace kyc::images
