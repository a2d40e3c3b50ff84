#include "tools/images/lettering.h"

#include <array>

namespace kyc::images {
namespace {

struct Glyph {
  char letter;
  const char*
      strokes;  // Points as digit pairs on a grid 4 wide, 6 high, y down; a space lifts the pen.
};

constexpr std::array kGlyphs = {
    Glyph{'A', "062046 1434"},
    Glyph{'B', "000636454433 033341413000 0333"},
    Glyph{'C', "4130100105163645"},
    Glyph{'D', "00062644422000"},
    Glyph{'E', "40000646 0333"},
    Glyph{'F', "400006 0333"},
    Glyph{'G', "41301001051636454323"},
    Glyph{'H', "0006 4046 0343"},
    Glyph{'I', "2026 1030 1636"},
    Glyph{'J', "4045361605"},
    Glyph{'K', "0006 400346"},
    Glyph{'L', "000646"},
    Glyph{'M', "0600234046"},
    Glyph{'N', "06004640"},
    Glyph{'O', "103041453616050110"},
    Glyph{'P', "06003041423303"},
    Glyph{'Q', "103041453616050110 2446"},
    Glyph{'R', "06003041423303 2346"},
    Glyph{'S', "413010010213334445361605"},
    Glyph{'T', "0040 2026"},
    Glyph{'U', "000516364540"},
    Glyph{'V', "002640"},
    Glyph{'W', "0016233640"},
    Glyph{'X', "0046 4006"},
    Glyph{'Y', "002340 2326"},
    Glyph{'Z', "00400646"},
    Glyph{'0', "103041453616050110"},
    Glyph{'1', "112026 1636"},
    Glyph{'2', "01103041420646"},
    Glyph{'3', "0110304142334445361605 1333"},
    Glyph{'4', "36300444"},
    Glyph{'5', "400003334445361605"},
    Glyph{'6', "30100105163645443303"},
    Glyph{'7', "004016"},
    Glyph{'8', "103041423313020110 130405163645443313"},
    Glyph{'9', "43130201103041453616"},
    Glyph{':', "2222 2525"},
    Glyph{'/', "0640"},
    Glyph{'-', "1333"},
    Glyph{'.', "2626"},
    Glyph{',', "2517"},
    Glyph{'\'', "2021"},
};

constexpr float kAdvance = 5.3f;  // Grid units from one capital to the next.
constexpr float kSmallCapital = 0.78f;

bool IsSmall(char c) { return c >= 'a' && c <= 'z'; }

const char* StrokesOf(char c) {
  const char capital = IsSmall(c) ? static_cast<char>(c - 'a' + 'A') : c;
  for (const Glyph& glyph : kGlyphs) {
    if (glyph.letter == capital) return glyph.strokes;
  }
  return "";
}

float SizeOf(char c) { return IsSmall(c) ? kSmallCapital : 1; }

void DrawGlyph(Canvas& canvas, const Frame& frame, Point corner, float unit, const char* strokes,
               const Ink& ink) {
  const auto at = [&](const char* pair) -> Point {
    return {corner.x + (pair[0] - '0') * unit, corner.y + (pair[1] - '0') * unit};
  };
  for (const char* p = strokes; *p != '\0';) {
    if (*p == ' ') {
      ++p;
      continue;
    }
    if (p[2] != '\0' && p[2] != ' ') {
      DrawLine(canvas, frame, at(p), at(p + 2), ink.weight * ink.height, ink.color, ink.opacity);
    }
    p += 2;
  }
}

}  // namespace

float TextWidth(absl::string_view text, const Ink& ink) {
  float units = 0;
  for (const char c : text) units += kAdvance * SizeOf(c);
  return units * ink.height / 6;
}

void DrawText(Canvas& canvas, const Frame& frame, Point at, absl::string_view text,
              const Ink& ink) {
  for (const char c : text) {
    const float unit = ink.height / 6 * SizeOf(c);
    DrawGlyph(canvas, frame, {at.x, at.y + ink.height * (1 - SizeOf(c))}, unit, StrokesOf(c), ink);
    at.x += kAdvance * unit;
  }
}

}  // namespace kyc::images
