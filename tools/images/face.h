// A drawn head and shoulders.
#ifndef TOOLS_IMAGES_FACE_H_
#define TOOLS_IMAGES_FACE_H_

#include <cstdint>

#include "tools/images/canvas.h"

namespace kyc::images {

// Fills the rectangle (0, 0)-(1, 1.3) of `frame` with one of many invented people. Where there is
// no person the canvas stays as it was.
void DrawPerson(Canvas& canvas, const Frame& frame, uint32_t seed);

}  // namespace kyc::images

#endif  // TOOLS_IMAGES_FACE_H_
