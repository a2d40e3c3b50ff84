#include "tools/images/canvas.h"

namespace kyc::images {
namespace {

uint32_t Mixed(uint32_t x) {
  x ^= x >> 16;
  x *= 0x7feb352dU;
  x ^= x >> 15;
  x *= 0x846ca68bU;
  return x ^ (x >> 16);
}

float Lattice(int x, int y, uint32_t seed) {
  const uint32_t h = Mixed(static_cast<uint32_t>(x) * 0x9e3779b1U ^
                           Mixed(static_cast<uint32_t>(y) + seed * 0x85ebca77U));
  return static_cast<float>(h) * (2.0f / 4294967296.0f) - 1;
}

}  // namespace

void DrawLine(Canvas& canvas, const Frame& frame, Point from, Point to, float width, Color color,
              float opacity) {
  const Point a = frame.ToPixel(from), b = frame.ToPixel(to);
  const float radius = width * frame.scale() / 2;
  const float edge = std::max(0.7f, radius * 0.25f);
  const float reach = radius + edge;
  const int left = std::max(0, static_cast<int>(std::min(a.x, b.x) - reach));
  const int top = std::max(0, static_cast<int>(std::min(a.y, b.y) - reach));
  const int right = std::min<int>(canvas.width(), std::max(a.x, b.x) + reach + 1);
  const int bottom = std::min<int>(canvas.height(), std::max(a.y, b.y) + reach + 1);
  const float dx = b.x - a.x, dy = b.y - a.y;
  const float length2 = std::max(dx * dx + dy * dy, 1e-6f);
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) {
      const float px = x + 0.5f - a.x, py = y + 0.5f - a.y;
      const float t = std::clamp((px * dx + py * dy) / length2, 0.0f, 1.0f);
      const float distance = std::hypot(px - t * dx, py - t * dy);
      const float cover = 1 - Step(radius - edge, radius + edge, distance);
      if (cover > 0) canvas.Blend(x, y, color, cover * opacity);
    }
  }
}

float Noise(float x, float y, uint32_t seed) {
  const float fx = std::floor(x), fy = std::floor(y);
  const int ix = static_cast<int>(fx), iy = static_cast<int>(fy);
  const float tx = Step(0, 1, x - fx), ty = Step(0, 1, y - fy);
  const float top = Lattice(ix, iy, seed) * (1 - tx) + Lattice(ix + 1, iy, seed) * tx;
  const float bottom = Lattice(ix, iy + 1, seed) * (1 - tx) + Lattice(ix + 1, iy + 1, seed) * tx;
  return top * (1 - ty) + bottom * ty;
}

void AddCameraNoise(Canvas& canvas, float strength, uint32_t seed) {
  const float half_width = canvas.width() / 2.0f, half_height = canvas.height() / 2.0f;
  for (int y = 0; y < canvas.height(); ++y) {
    uint32_t state = Mixed(seed ^ Mixed(y + 1)) | 1;
    const auto next = [&state] {
      state ^= state << 13;
      state ^= state >> 17;
      state ^= state << 5;
      return static_cast<int>(state & 255) + static_cast<int>((state >> 8) & 255) +
             static_cast<int>((state >> 16) & 255) - 382;  // Nearly a bell curve, sigma 128.
    };
    const float v = (y - half_height) / half_height;
    uint8_t* pixel = canvas.row(y);
    for (int x = 0; x < canvas.width(); ++x, pixel += 3) {
      const float u = (x - half_width) / half_width;
      const float shade = 1 - 0.11f * (u * u + v * v);
      const float grain = strength * (1.3f - pixel[1] / 400.0f) / 128;
      const float common = next() * grain;
      for (int c = 0; c < 3; ++c) {
        const float value = pixel[c] * shade + common + next() * grain * 0.35f;
        pixel[c] = static_cast<uint8_t>(std::clamp(value + 0.5f, 0.0f, 255.0f));
      }
    }
  }
}

}  // namespace kyc::images
