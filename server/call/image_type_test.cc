#include "server/call/image_type.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kyc {
namespace {

const std::string kJpeg = "\xFF\xD8\xFF\xE0 JFIF";
const std::string kPng = "\x89PNG\r\n\x1A\n rest";
const std::string kWebp = std::string("RIFF\x10\0\0\0WEBPVP8 ", 16);

TEST(ImageTypeOf, MagicBytesOfEachType) {
  EXPECT_EQ(ImageTypeOf({{kJpeg}}), ImageType::kJpeg);
  EXPECT_EQ(ImageTypeOf({{kPng}}), ImageType::kPng);
  EXPECT_EQ(ImageTypeOf({{kWebp}}), ImageType::kWebp);
}

TEST(ImageTypeOf, OtherOrCutMagicIsUnknown) {
  const std::vector<std::string> others = {"",
                                           "\xFF\xD8",
                                           "GIF89a......",
                                           "\x89PNG\r\n\x1A",
                                           "RIFF....WAVE",
                                           "RIFF",
                                           "RIFF....WEB",
                                           "%PDF-1.7",
                                           "\xFF\xD8\xFE",
                                           "/9j/4AAQSkZJRgABAQ",
                                           " " + kJpeg,
                                           "data:image/jpeg;base64,/9j/"};
  for (const std::string& other : others) {
    EXPECT_EQ(ImageTypeOf({{other}}), ImageType::kUnknown) << other;
  }
}

TEST(ImageTypeOf, MagicSplitAtEveryPlaceIsFound) {
  for (const std::string& file : {kJpeg, kPng, kWebp}) {
    const ImageType whole = ImageTypeOf({{file}});
    const absl::string_view bytes = file;
    for (size_t i = 0; i <= file.size(); ++i) {
      EXPECT_EQ(ImageTypeOf({{bytes.substr(0, i), "", bytes.substr(i)}}), whole) << i;
    }
  }
}

TEST(MediaType, IsTheRegisteredName) {
  EXPECT_EQ(MediaType(ImageType::kJpeg), "image/jpeg");
  EXPECT_EQ(MediaType(ImageType::kPng), "image/png");
  EXPECT_EQ(MediaType(ImageType::kWebp), "image/webp");
}

std::string WrongIn(absl::string_view image, int64_t max_bytes) {
  std::vector<Violation> violations;
  CheckImage("selfie_image", {{image}}, max_bytes, violations);
  if (violations.empty()) return "";
  EXPECT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].field, "selfie_image");
  return violations[0].description;
}

TEST(CheckImage, SaysWhatIsWrong) {
  EXPECT_EQ(WrongIn(kJpeg, kJpeg.size()), "");
  EXPECT_EQ(WrongIn("", 10), "must not be empty");
  EXPECT_EQ(WrongIn(kJpeg, kJpeg.size() - 1), "must be at most 8 bytes");
  EXPECT_EQ(WrongIn("hello", 10), "must be a JPEG, PNG or WebP file");
}

}  // namespace
}  // namespace kyc
