#include "tools/images/face.h"

#include <array>

namespace kyc::images {
namespace {

struct Person {
  Color skin;
  Color hair;
  Color shirt;
  bool long_hair;
  float face_width;
};

Person PersonOf(uint32_t seed) {
  constexpr std::array<Color, 4> kSkins = {Color{222, 178, 142}, Color{198, 150, 112},
                                           Color{176, 126, 92}, Color{150, 104, 74}};
  constexpr std::array<Color, 3> kHairs = {Color{28, 22, 20}, Color{44, 32, 26}, Color{60, 52, 48}};
  constexpr std::array<Color, 5> kShirts = {Color{60, 84, 140}, Color{150, 50, 56},
                                            Color{232, 230, 222}, Color{54, 110, 84},
                                            Color{70, 70, 78}};
  const uint32_t n = seed * 2654435761U >> 8;
  return {kSkins[n % 4], kHairs[n / 4 % 3], kShirts[n / 12 % 5], n / 60 % 2 == 1,
          0.205f + 0.012f * static_cast<float>(n / 120 % 4)};
}

// Below 1 inside the ellipse.
float Ellipse(Point p, Point center, float rx, float ry) {
  return std::hypot((p.x - center.x) / rx, (p.y - center.y) / ry);
}

float Inside(float distance, float softness) {
  return 1 - Step(1 - softness, 1 + softness, distance);
}

Color Hair(const Person& person, Point p, uint32_t seed) {
  const float strand = Noise(p.x * 90, p.y * 9, seed) + 0.5f * Noise(p.x * 220, p.y * 14, seed + 1);
  return person.hair * (1 + 0.38f * strand);
}

Color Skin(const Person& person, Point p, uint32_t seed) {
  const float light = 1.08f - 0.55f * Step(0.48f, 0.80f, p.x) - 0.1f * Step(0.55f, 0.8f, p.y);
  const float pores =
      0.035f * Noise(p.x * 160, p.y * 160, seed) + 0.03f * Noise(p.x * 40, p.y * 40, seed);
  Color skin = person.skin * (light + pores);
  const float cheek =
      std::min(Ellipse(p, {0.40f, 0.62f}, 0.08f, 0.06f), Ellipse(p, {0.60f, 0.62f}, 0.08f, 0.06f));
  return Mix(skin, {214, 120, 100}, 0.22f * (1 - Step(0.2f, 1.3f, cheek)));
}

// One eye with brow, mirrored by the caller.
Color Eye(Color skin, const Person& person, Point p, float side) {
  const Point center = {0.5f + side * 0.088f, 0.505f};
  Color c = Mix(skin, skin * 0.72f, Inside(Ellipse(p, center, 0.062f, 0.042f), 0.5f));
  const float white = Inside(Ellipse(p, center, 0.043f, 0.0185f), 0.14f);
  Color ball = {236, 232, 226};
  ball =
      Mix(ball, person.hair + Color{34, 18, 8}, Inside(Ellipse(p, center, 0.0185f, 0.0185f), 0.1f));
  ball = Mix(ball, {8, 8, 8}, Inside(Ellipse(p, center, 0.009f, 0.009f), 0.15f));
  ball = Mix(ball, {255, 255, 255},
             Inside(Ellipse(p, {center.x - 0.006f, center.y - 0.007f}, 0.0045f, 0.0045f), 0.3f));
  c = Mix(c, ball, white);
  const float lid = std::abs(Ellipse(p, center, 0.045f, 0.021f) - 1);
  if (p.y < center.y + 0.004f) c = Mix(c, person.hair, 0.85f * (1 - Step(0.04f, 0.22f, lid)));
  const float arch = 0.445f + 2.3f * (p.x - center.x) * (p.x - center.x);
  const float across = std::abs(p.x - center.x);
  const float brow =
      (1 - Step(0.006f, 0.014f, std::abs(p.y - arch))) * (1 - Step(0.045f, 0.062f, across));
  return Mix(c, person.hair, 0.85f * brow);
}

Color Features(Color skin, const Person& person, Point p) {
  Color c = Eye(Eye(skin, person, p, -1), person, p, 1);
  // The nose: a lit ridge, a shaded side, two nostrils.
  const float along = Step(0.50f, 0.60f, p.y) * (1 - Step(0.625f, 0.65f, p.y));
  c = Mix(c, c * 1.16f, along * (1 - Step(0.0f, 0.022f, std::abs(p.x - 0.495f))));
  c = Mix(c, c * 0.80f, along * (1 - Step(0.0f, 0.03f, std::abs(p.x - 0.538f))));
  c = Mix(c, c * 0.68f, Inside(Ellipse(p, {0.5f, 0.652f}, 0.05f, 0.014f), 0.8f));
  for (const float side : {-1.0f, 1.0f}) {
    c = Mix(c, {60, 34, 28},
            0.8f * Inside(Ellipse(p, {0.5f + side * 0.021f, 0.644f}, 0.0105f, 0.006f), 0.4f));
  }
  // The mouth: two lips and the line between.
  const float dx = p.x - 0.5f;
  const float line = 0.725f - 1.3f * dx * dx;
  const float lips =
      Inside(Ellipse({p.x, p.y - line + 0.728f}, {0.5f, 0.728f}, 0.078f, 0.026f), 0.18f);
  c = Mix(c, p.y < line ? Color{156, 80, 76} : Color{184, 100, 94}, 0.8f * lips);
  const float seam =
      (1 - Step(0.0015f, 0.006f, std::abs(p.y - line))) * (1 - Step(0.066f, 0.082f, std::abs(dx)));
  return Mix(c, {84, 40, 40}, seam);
}

// What lies over one pixel, painted back to front.
class Layers {
 public:
  // `color_of` is asked only where the layer shows: most of a picture is one layer.
  template <typename ColorOf>
  void Add(float cover, const ColorOf& color_of) {
    if (cover <= 0) return;
    shade_.color = Mix(shade_.color, color_of(), shade_.opacity == 0 ? 1 : cover);
    shade_.opacity = std::max(shade_.opacity, cover);
  }
  Shade shade() const { return shade_; }

 private:
  Shade shade_;
};

void AddBody(Layers& layers, const Person& person, Point p, uint32_t seed) {
  layers.Add(Inside(Ellipse(p, {0.5f, 1.36f}, 0.52f, 0.40f), 0.015f), [&] {
    const float fold =
        1 + 0.1f * Noise(p.x * 7, p.y * 5, seed + 7) + 0.05f * Noise(p.x * 130, p.y * 130, seed);
    return person.shirt * (fold * (1.05f - 0.4f * p.x));
  });
  if (p.y > 1.05f) return;
  layers.Add(Inside(Ellipse(p, {0.5f, 0.90f}, 0.115f, 0.17f), 0.05f),
             [&] { return Skin(person, p, seed) * 0.78f; });
}

void AddHead(Layers& layers, const Person& person, Point p, uint32_t seed) {
  for (const float side : {-1.0f, 1.0f}) {
    if (person.long_hair) break;
    const Point ear = {0.5f + side * (person.face_width + 0.008f), 0.55f};
    layers.Add(Inside(Ellipse(p, ear, 0.028f, 0.062f), 0.08f),
               [&] { return Skin(person, p, seed) * 0.86f; });
  }
  const float chin = p.y > 0.55f ? person.face_width - 0.16f * (p.y - 0.55f) : person.face_width;
  const float head = Ellipse(p, {0.5f, 0.545f}, chin, 0.305f);
  layers.Add(Inside(head, 0.015f), [&] {
    const float rim = 1 - 0.25f * Step(0.72f, 1.0f, head);
    return Features(Skin(person, p, seed), person, p) * rim;
  });
}

Shade PersonAt(const Person& person, Point p, uint32_t seed) {
  Layers layers;
  const auto hair = [&] { return Hair(person, p, seed); };
  if (person.long_hair) {
    layers.Add(Inside(Ellipse(p, {0.5f, 0.62f}, 0.31f, 0.46f), 0.03f), hair);
  }
  const float crown = Ellipse(p, {0.5f, 0.46f}, person.face_width + 0.045f, 0.315f);
  if (p.y < 0.58f) layers.Add(Inside(crown, 0.03f), hair);
  AddBody(layers, person, p, seed);
  AddHead(layers, person, p, seed);
  if (crown < 1) {
    const float from_middle = p.x - 0.47f;
    const float fringe =
        0.345f + 0.03f * Noise(p.x * 18, 3, seed) + 0.5f * from_middle * from_middle;
    layers.Add(1 - Step(fringe - 0.006f, fringe + 0.012f, p.y), hair);
  }
  return layers.shade();
}

}  // namespace

void DrawPerson(Canvas& canvas, const Frame& frame, uint32_t seed) {
  const Person person = PersonOf(seed);
  Fill(canvas, frame, {1, 1.3f}, [&](Point p) { return PersonAt(person, p, seed); });
}

}  // namespace kyc::images
