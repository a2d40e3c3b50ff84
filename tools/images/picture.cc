#include "tools/images/picture.h"

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tools/images/encode.h"
#include "tools/images/scene.h"

namespace kyc::images {
namespace {

constexpr int kLowestQuality = 25;
constexpr int kHighestQuality = 97;

// 4:3, lying for the card and standing for the selfie.
Canvas Draw(const PictureSpec& spec, double pixels) {
  const int longer = std::max(24, static_cast<int>(std::sqrt(pixels * 4 / 3)));
  const int shorter = std::max(18, longer * 3 / 4);
  return spec.kind == PictureSpec::Kind::kCard ? DrawCardScene(longer, shorter, spec.seed)
                                               : DrawSelfieScene(shorter, longer, spec.seed);
}

// The largest file that leaves room for padding; empty if even the lowest quality is too large.
std::string BestJpeg(const Canvas& canvas, size_t bytes) {
  std::string best;
  int low = kLowestQuality, high = kHighestQuality;
  while (low <= high) {
    const int quality = (low + high) / 2;
    std::string jpeg = EncodeJpeg(canvas, quality);
    if (jpeg.size() + kJpegPadMin <= bytes) {
      best = std::move(jpeg);
      low = quality + 1;
    } else {
      high = quality - 1;
    }
  }
  return best;
}

// Bytes for a pixel of this scene, told from a small draft: drawing twice at full size costs more.
double DraftRate(const PictureSpec& spec, double pixels, std::string (*encode)(const Canvas&)) {
  constexpr double kDraftPixels = 300'000;
  const double drawn = std::min(pixels, kDraftPixels);
  return static_cast<double>(encode(Draw(spec, drawn)).size()) / drawn;
}

std::string MakeJpeg(const PictureSpec& spec) {
  const double bytes = static_cast<double>(spec.bytes);
  // Large files come from better cameras: a higher quality, not only more pixels.
  const auto encode = bytes > 3e6 ? +[](const Canvas& canvas) { return EncodeJpeg(canvas, 95); }
                                  : +[](const Canvas& canvas) { return EncodeJpeg(canvas, 88); };
  double pixels = bytes / DraftRate(spec, bytes, encode);
  std::string best;
  for (int round = 0; round < 6; ++round) {
    std::string jpeg = BestJpeg(Draw(spec, pixels), spec.bytes);
    if (jpeg.size() > best.size()) best = std::move(jpeg);
    if (static_cast<double>(best.size()) > 0.85 * bytes) break;
    pixels *= best.empty() ? 0.5 : std::min(2.0, bytes / static_cast<double>(best.size()));
  }
  return PadJpeg(std::move(best), spec.bytes);
}

std::string MakePng(const PictureSpec& spec) {
  const double bytes = static_cast<double>(spec.bytes);
  const auto encode = +[](const Canvas& canvas) { return EncodePng(canvas, 0); };
  double pixels = 0.97 * bytes / DraftRate(spec, bytes / 2, encode);
  for (;;) {
    std::string png = EncodePng(Draw(spec, pixels), spec.bytes);
    if (png.size() == spec.bytes) return png;
    pixels *= 0.98 * bytes / static_cast<double>(png.size());
  }
}

}  // namespace

absl::StatusOr<std::string> MakePicture(const PictureSpec& spec) {
  if (spec.bytes < kMinPictureBytes || spec.bytes > kMaxPictureBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("bytes must be from ", kMinPictureBytes, " to ", kMaxPictureBytes));
  }
  return spec.format == PictureSpec::Format::kJpeg ? MakeJpeg(spec) : MakePng(spec);
}

}  // namespace kyc::images
