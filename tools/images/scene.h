// What the test pictures show: an invented identity card on a table, and an invented person
// holding that card. Every card is marked SPECIMEN and uses a province number that does not exist.
#ifndef TOOLS_IMAGES_SCENE_H_
#define TOOLS_IMAGES_SCENE_H_

#include <cstdint>

#include "tools/images/canvas.h"

namespace kyc::images {

Canvas DrawCardScene(int width, int height, uint32_t seed);
Canvas DrawSelfieScene(int width, int height, uint32_t seed);

}  // namespace kyc::images

#endif  // TOOLS_IMAGES_SCENE_H_
