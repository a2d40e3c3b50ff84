#include "tools/benchmarks/canvas.h"

#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace kyc::bench {

void Canvas::Text(Point at, absl::string_view text, int size, absl::string_view colour,
                  Align align) {
  absl::StrAppendFormat(
      &shapes_,
      "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" fill=\"%s\" text-anchor=\"%s\">%s</text>\n",
      at.x, at.y, size, colour, align == Align::kLeft ? "start" : "end",
      absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}}));
}

void Canvas::Box(Point at, double width, double height, absl::string_view colour) {
  absl::StrAppendFormat(
      &shapes_, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n", at.x,
      at.y, width, height, colour);
}

void Canvas::Line(Point from, Point to, absl::string_view colour, double width) {
  absl::StrAppendFormat(&shapes_,
                        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" "
                        "stroke-width=\"%.1f\"/>\n",
                        from.x, from.y, to.x, to.y, colour, width);
}

void Canvas::Dot(Point at, double radius, absl::string_view colour) {
  absl::StrAppendFormat(&shapes_, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\"/>\n",
                        at.x, at.y, radius, colour);
}

void Canvas::Curve(const std::vector<Point>& points, absl::string_view colour) {
  absl::StrAppendFormat(
      &shapes_, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" points=\"", colour);
  for (const Point& point : points) absl::StrAppendFormat(&shapes_, "%.1f,%.1f ", point.x, point.y);
  absl::StrAppendFormat(&shapes_, "\"/>\n");
}

std::string Canvas::Finish(double width, double height) const {
  return absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" "
      "height=\"%.0f\" font-family=\"sans-serif\">\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n%s</svg>\n",
      width, height, width, height, shapes_);
}

}  // namespace kyc::bench
