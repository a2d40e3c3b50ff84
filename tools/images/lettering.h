// Text drawn with strokes.
#ifndef TOOLS_IMAGES_LETTERING_H_
#define TOOLS_IMAGES_LETTERING_H_

#include "absl/strings/string_view.h"
#include "tools/images/canvas.h"

namespace kyc::images {

struct Ink {
  float height = 2;  // Of a capital letter, in the frame's units.
  Color color;
  float weight = 0.13f;  // Stroke width as a part of the height.
  float opacity = 1;
};

// The width that DrawText will take.
float TextWidth(absl::string_view text, const Ink& ink);

// `at` is the upper left corner. Knows A-Z, 0-9 and :/-.,'; small letters become small capitals,
// anything else a space.
void DrawText(Canvas& canvas, const Frame& frame, Point at, absl::string_view text, const Ink& ink);

}  // namespace kyc::images

#endif  // TOOLS_IMAGES_LETTERING_H_
