// An SVG picture.
#ifndef TOOLS_BENCHMARKS_CANVAS_H_
#define TOOLS_BENCHMARKS_CANVAS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace kyc::bench {

struct Point {
  double x = 0;
  double y = 0;
};

enum class Align { kLeft, kRight };

class Canvas {
 public:
  // Text of `size` pixels, its baseline at `at`.
  void Text(Point at, absl::string_view text, int size, absl::string_view colour,
            Align align = Align::kLeft);
  void Box(Point at, double width, double height, absl::string_view colour);
  void Line(Point from, Point to, absl::string_view colour, double width);
  void Dot(Point at, double radius, absl::string_view colour);
  void Curve(const std::vector<Point>& points, absl::string_view colour);

  // The whole file, on white.
  std::string Finish(double width, double height) const;

 private:
  std::string shapes_;
};

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_CANVAS_H_
