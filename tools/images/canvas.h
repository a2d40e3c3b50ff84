// A picture in memory and the few ways to draw on it.
#ifndef TOOLS_IMAGES_CANVAS_H_
#define TOOLS_IMAGES_CANVAS_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace kyc::images {

struct Point {
  float x = 0;
  float y = 0;
};

// 0 to 255 each.
struct Color {
  float r = 0;
  float g = 0;
  float b = 0;
};

inline Color operator+(Color a, Color b) { return {a.r + b.r, a.g + b.g, a.b + b.b}; }
inline Color operator*(Color a, float k) { return {a.r * k, a.g * k, a.b * k}; }
inline Color Mix(Color a, Color b, float t) { return a * (1 - t) + b * t; }

// 0 below `from`, 1 above `to`, smooth between.
inline float Step(float from, float to, float x) {
  const float t = std::clamp((x - from) / (to - from), 0.0f, 1.0f);
  return t * t * (3 - 2 * t);
}

// Rows of red, green, blue bytes, the top row first.
class Canvas {
 public:
  Canvas(int width, int height)
      : width_(width), height_(height), pixels_(size_t{3} * width * height) {}

  int width() const { return width_; }
  int height() const { return height_; }
  const uint8_t* row(int y) const { return &pixels_[size_t{3} * width_ * y]; }
  uint8_t* row(int y) { return &pixels_[size_t{3} * width_ * y]; }

  void Blend(int x, int y, Color color, float opacity) {
    uint8_t* pixel = row(y) + 3 * x;
    pixel[0] = Byte(pixel[0] + (color.r - pixel[0]) * opacity);
    pixel[1] = Byte(pixel[1] + (color.g - pixel[1]) * opacity);
    pixel[2] = Byte(pixel[2] + (color.b - pixel[2]) * opacity);
  }

 private:
  static uint8_t Byte(float value) {
    return static_cast<uint8_t>(std::clamp(value, 0.0f, 255.0f) + 0.5f);
  }

  int width_;
  int height_;
  std::vector<uint8_t> pixels_;
};

// A place on the canvas with its own coordinates: origin and x axis in pixels; y is at a right
// angle.
struct Frame {
  Point origin;
  Point axis;

  float scale() const { return std::hypot(axis.x, axis.y); }
  Point ToPixel(Point p) const {
    return {origin.x + p.x * axis.x - p.y * axis.y, origin.y + p.x * axis.y + p.y * axis.x};
  }
  Point FromPixel(Point p) const {
    const float dx = p.x - origin.x, dy = p.y - origin.y;
    const float k = 1 / (axis.x * axis.x + axis.y * axis.y);
    return {(dx * axis.x + dy * axis.y) * k, (dy * axis.x - dx * axis.y) * k};
  }
};

struct Shade {
  Color color;
  float opacity = 0;
};

// Colours the rectangle (0, 0)-`corner` of `frame`: `shade(Point) -> Shade` is asked for each
// pixel.
template <typename ShadeAt>
void Fill(Canvas& canvas, const Frame& frame, Point corner, ShadeAt shade) {
  const Point a = frame.ToPixel({0, 0}), b = frame.ToPixel({corner.x, 0});
  const Point c = frame.ToPixel({0, corner.y}), d = frame.ToPixel(corner);
  const int left = std::max(0, static_cast<int>(std::min({a.x, b.x, c.x, d.x})));
  const int top = std::max(0, static_cast<int>(std::min({a.y, b.y, c.y, d.y})));
  const int right = std::min<int>(canvas.width(), std::max({a.x, b.x, c.x, d.x}) + 1);
  const int bottom = std::min<int>(canvas.height(), std::max({a.y, b.y, c.y, d.y}) + 1);
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) {
      const Point p = frame.FromPixel({x + 0.5f, y + 0.5f});
      if (p.x < 0 || p.y < 0 || p.x > corner.x || p.y > corner.y) continue;
      const Shade s = shade(p);
      if (s.opacity > 0) canvas.Blend(x, y, s.color, s.opacity);
    }
  }
}

// A round-ended line, `width` and points in the frame's units.
void DrawLine(Canvas& canvas, const Frame& frame, Point from, Point to, float width, Color color,
              float opacity);

// Smooth noise from -1 to 1 with features about 1 wide.
float Noise(float x, float y, uint32_t seed);

// What a camera adds: grain that is stronger in the dark, and darker corners.
void AddCameraNoise(Canvas& canvas, float strength, uint32_t seed);

}  // namespace kyc::images

#endif  // TOOLS_IMAGES_CANVAS_H_
