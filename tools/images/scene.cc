#include "tools/images/scene.h"

#include <array>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/images/face.h"
#include "tools/images/lettering.h"

namespace kyc::images {
namespace {

// Of a card, in millimetres.
constexpr Point kCardSize = {85.6f, 54};
constexpr Point kPhotoAt = {62.5f, 14.5f};
constexpr float kPhotoWidth = 20;

struct Line {
  std::string label;
  std::string value;
};

template <size_t N>
std::string Pick(const std::array<const char*, N>& from, uint32_t number) {
  return from[number % N];
}

std::array<Line, 11> LinesOf(uint32_t seed) {
  constexpr std::array<const char*, 7> kFirst = {"TUNGGUL", "SEKAR", "BAGUS", "LINTANG",
                                                 "KIRANA",  "PANJI", "MELATI"};
  constexpr std::array<const char*, 6> kLast = {"CONTOHWATI", "UJICOBA",   "PERCONTOHAN",
                                                "REKAAN",     "SANTAPOLA", "KHAYALI"};
  constexpr std::array<const char*, 4> kTowns = {"KOTA REKA", "MUARA CONTOH", "BUKIT UJI",
                                                 "TELUK MISAL"};
  const uint32_t n = seed * 2654435761U >> 7;
  const int day = 1 + static_cast<int>(n % 28), month = 1 + static_cast<int>(n / 28 % 12);
  const int year = 1960 + static_cast<int>(n / 336 % 45);
  return {
      {{"Nama", absl::StrCat(Pick(kFirst, n), " ", Pick(kLast, n / 7))},
       {"Tempat/Tgl Lahir",
        absl::StrFormat("%s, %02d-%02d-%d", Pick(kTowns, n / 3), day, month, year)},
       {"Jenis Kelamin", n % 2 == 0 ? "LAKI-LAKI  Gol. Darah : O" : "PEREMPUAN  Gol. Darah : A"},
       {"Alamat", absl::StrCat("JL. MISALNYA NO. ", 1 + n % 180)},
       {"   RT/RW", absl::StrFormat("%03d/%03d", 1 + n % 14, 1 + n / 14 % 12)},
       {"   Kel/Desa", "CONTOH INDAH"},
       {"   Kecamatan", "UJI TENGAH"},
       {"Agama", "ISLAM"},
       {"Status Perkawinan", "BELUM KAWIN"},
       {"Pekerjaan", "PELAJAR/MAHASISWA"},
       {"Kewarganegaraan", "WNI"}}};
}

Frame Inner(const Frame& outer, Point at, float scale) {
  return {outer.ToPixel(at), {outer.axis.x * scale, outer.axis.y * scale}};
}

void DrawCentered(Canvas& canvas, const Frame& frame, float center, float y, absl::string_view text,
                  const Ink& ink) {
  DrawText(canvas, frame, {center - TextWidth(text, ink) / 2, y}, text, ink);
}

// Rounded corners, a soft shadow, and fine wavy lines as on banknotes.
void DrawBlankCard(Canvas& canvas, const Frame& card, uint32_t seed) {
  const Frame shadow = Inner(card, {-3, -2.2f}, 1);
  Fill(canvas, shadow, {92, 62}, [](Point p) -> Shade {
    const float dx = std::max(0.0f, std::abs(p.x - 47) - 38.5f);
    const float dy = std::max(0.0f, std::abs(p.y - 31) - 23.0f);
    return {{20, 16, 12}, 0.55f * (1 - Step(0, 8, std::hypot(dx, dy)))};
  });
  const float soft = 0.7f / card.scale();
  Fill(canvas, card, kCardSize, [&](Point p) -> Shade {
    const float dx = std::max(0.0f, std::abs(p.x - kCardSize.x / 2) - kCardSize.x / 2 + 3);
    const float dy = std::max(0.0f, std::abs(p.y - kCardSize.y / 2) - kCardSize.y / 2 + 3);
    const float cover = 1 - Step(3 - 2 * soft, 3, std::hypot(dx, dy));
    Color paper = Mix({168, 208, 232}, {206, 226, 226}, Step(10, 80, p.x + p.y * 0.3f));
    const float wave =
        std::sin(p.y * 5.5f + 2.2f * std::sin(p.x * 0.31f) + std::sin(p.x * 0.9f + p.y * 0.2f));
    paper = Mix(paper, {134, 180, 214}, 0.35f * Step(0.5f, 1, wave));
    const float gloss = Step(0.75f, 1, Noise(p.x * 0.03f + 0.4f, p.y * 0.03f, seed + 5));
    const float fiber = 0.02f * Noise(p.x * 6, p.y * 6, seed);
    return {Mix(paper * (1 + fiber), {255, 255, 255}, 0.6f * gloss), cover};
  });
}

void DrawPhoto(Canvas& canvas, const Frame& card, uint32_t seed) {
  const Frame photo = Inner(card, kPhotoAt, kPhotoWidth);
  Fill(canvas, photo, {1, 1.3f}, [&](Point p) -> Shade {
    return {Mix({176, 40, 44}, {134, 24, 30}, Step(0, 1.3f, p.y)), 1};
  });
  DrawPerson(canvas, photo, seed);
}

void DrawCard(Canvas& canvas, const Frame& card, uint32_t seed) {
  DrawBlankCard(canvas, card, seed);
  DrawPhoto(canvas, card, seed);
  const Ink title = {.height = 2.5f, .color = {24, 26, 40}, .weight = 0.15f};
  const Ink number = {.height = 3.3f, .color = {18, 20, 32}, .weight = 0.15f};
  const Ink text = {.height = 1.6f, .color = {28, 30, 44}, .weight = 0.14f};
  DrawCentered(canvas, card, kCardSize.x / 2, 2.6f, "PROVINSI CONTOH RAYA", title);
  DrawCentered(canvas, card, kCardSize.x / 2, 6.4f, "KABUPATEN UJI COBA", title);
  const uint32_t n = seed * 2246822519U >> 6;
  DrawText(canvas, card, {3, 10.6f},
           absl::StrFormat("NIK : 9900%06d%06d", n % 1000000, n / 7 % 1000000), number);
  float y = 16.4f;
  for (const Line& line : LinesOf(seed)) {
    DrawText(canvas, card, {3, y}, line.label, text);
    DrawText(canvas, card, {23.5f, y}, absl::StrCat(": ", line.value), text);
    y += 3.05f;
  }
  DrawText(canvas, card, {3, y}, "Berlaku Hingga", text);
  DrawText(canvas, card, {23.5f, y}, ": SEUMUR HIDUP", text);
  DrawCentered(canvas, card, kPhotoAt.x + kPhotoWidth / 2, 42.6f, "UJI COBA", text);
  DrawCentered(canvas, card, kPhotoAt.x + kPhotoWidth / 2, 45.6f, "01-02-2020", text);
  // So that no drawn card can pass for a real one.
  const Ink mark = {.height = 7, .color = {170, 30, 40}, .weight = 0.16f, .opacity = 0.30f};
  DrawCentered(canvas, card, 33, 31, "SPECIMEN", mark);
}

void DrawTable(Canvas& canvas, uint32_t seed) {
  const float unit = 1.0f / static_cast<float>(canvas.width());
  const Frame all = {{0, 0}, {1, 0}};
  const Point corner = {static_cast<float>(canvas.width()), static_cast<float>(canvas.height())};
  Fill(canvas, all, corner, [&](Point p) -> Shade {
    const float u = p.x * unit, v = p.y * unit;
    const float bend = Noise(u * 2, v * 3, seed) * 0.6f;
    const float grain =
        Noise(u * 5, v * 90 + bend * 9, seed + 1) + 0.6f * Noise(u * 14, v * 260, seed + 2);
    const float ring = std::sin(v * 46 + bend * 7 + u * 2);
    const float light = 1.12f - 0.38f * std::hypot(u - 0.32f, v - 0.2f);
    return {Color{150, 104, 66} * (light * (1 + 0.11f * grain + 0.07f * ring)), 1};
  });
}

void DrawRoom(Canvas& canvas, uint32_t seed) {
  const float unit = 1.0f / static_cast<float>(canvas.width());
  const Frame all = {{0, 0}, {1, 0}};
  const Point corner = {static_cast<float>(canvas.width()), static_cast<float>(canvas.height())};
  Fill(canvas, all, corner, [&](Point p) -> Shade {
    const float u = p.x * unit, v = p.y * unit;
    Color wall = Mix({206, 202, 190}, {150, 148, 142}, Step(0, 1.4f, u * 0.7f + v * 0.5f));
    wall =
        wall * (1 + 0.03f * Noise(u * 120, v * 120, seed) + 0.05f * Noise(u * 3, v * 3, seed + 1));
    const float window =
        (1 - Step(0.20f, 0.23f, u)) * (1 - Step(0.62f, 0.66f, v)) * Step(0.05f, 0.08f, v);
    wall = Mix(wall, {238, 244, 250}, 0.85f * window);
    const float shelf = Step(0.80f, 0.815f, u) * Step(0.28f, 0.30f, v);
    const Color books =
        Color{120, 84, 60} * (1 + 0.5f * Noise(std::floor(u * 70), std::floor(v * 5), seed));
    return {Mix(wall, books, shelf), 1};
  });
}

}  // namespace

Canvas DrawCardScene(int width, int height, uint32_t seed) {
  Canvas canvas(width, height);
  DrawTable(canvas, seed);
  const float tilt = 0.035f * Noise(static_cast<float>(seed % 97) + 0.5f, 0.5f, 1);
  const float scale = std::min(static_cast<float>(width) / 96, static_cast<float>(height) / 64);
  const Point axis = {scale * std::cos(tilt), scale * std::sin(tilt)};
  Frame card = {{0, 0}, axis};
  const Point middle = card.ToPixel({kCardSize.x / 2, kCardSize.y / 2});
  card.origin = {static_cast<float>(width) / 2 - middle.x,
                 static_cast<float>(height) / 2 - middle.y};
  DrawCard(canvas, card, seed);
  AddCameraNoise(canvas, 5.0f, seed);
  return canvas;
}

Canvas DrawSelfieScene(int width, int height, uint32_t seed) {
  Canvas canvas(width, height);
  DrawRoom(canvas, seed);
  const float w = static_cast<float>(width);
  const float size = std::min(w, static_cast<float>(height) / 1.3f);
  DrawPerson(canvas, {{(w - size) / 2, static_cast<float>(height) - 1.3f * size}, {size, 0}}, seed);
  const float scale = size * 0.36f / kCardSize.x;
  DrawCard(canvas, {{w * 0.57f, static_cast<float>(height) * 0.76f}, {scale, -0.08f * scale}},
           seed);
  AddCameraNoise(canvas, 6.0f, seed);
  return canvas;
}

}  // namespace kyc::images
