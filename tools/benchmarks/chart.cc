#include "tools/benchmarks/chart.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "tools/benchmarks/canvas.h"
#include "tools/benchmarks/number_text.h"
#include "tools/benchmarks/scale.h"

namespace kyc::bench {
namespace {

constexpr char kInk[] = "#1a202c";
constexpr char kFaint[] = "#718096";
constexpr char kGrid[] = "#e2e8f0";
constexpr char kBlue[] = "#2b6cb0";
constexpr char kOrange[] = "#dd6b20";

constexpr double kMargin = 24;
constexpr double kNames = 400;  // Width of the rows' names.
constexpr double kPanel = 240;  // Width of a panel, its values' text included.
constexpr double kBars = 130;   // Width of its longest bar.
constexpr double kRow = 26;     // Height of a row.
constexpr double kTop = 100;    // Above the first row.
constexpr double kCurve = 110;  // Height of a line over time.
constexpr double kCurveGap = 44;

using Value = std::function<absl::optional<double>(const Row&)>;

struct Panel {
  std::string title;
  Value value;
  Value second = nullptr;  // If there is one, both are dots on a line.
};

absl::optional<double> ExtraOf(const Row& row, const std::string& name) {
  for (const Extra& extra : row.extras) {
    if (extra.name == name) return extra.value;
  }
  return absl::nullopt;
}

// What at least two rows have, or the only one.
void AddIfShared(const Suite& suite, Panel panel, std::vector<Panel>& panels) {
  const auto has = [&](const Row& row) { return row.failures == 0 && panel.value(row); };
  if (std::count_if(suite.rows.begin(), suite.rows.end(), has) >=
      static_cast<ptrdiff_t>(std::min<size_t>(2, suite.rows.size()))) {
    panels.push_back(std::move(panel));
  }
}

std::vector<Panel> PanelsOf(const Suite& suite) {
  std::vector<Panel> panels;
  AddIfShared(suite, {"CPU each, us", [](const Row& row) { return row.cpu_microseconds; }}, panels);
  AddIfShared(suite,
              {"p50 and p99, ms", [](const Row& row) { return row.p50_milliseconds; },
               [](const Row& row) { return row.p99_milliseconds; }},
              panels);
  AddIfShared(suite, {"peak memory, MiB", [](const Row& row) { return row.peak_mebibytes; }},
              panels);
  std::vector<std::string> seen;
  for (const Row& row : suite.rows) {
    for (const Extra& extra : row.extras) {
      if (std::count(seen.begin(), seen.end(), extra.name) > 0) continue;
      seen.push_back(extra.name);
      AddIfShared(suite,
                  {extra.name, [name = extra.name](const Row& any) { return ExtraOf(any, name); }},
                  panels);
    }
  }
  return panels;
}

Scale ScaleOf(const Suite& suite, const Panel& panel) {
  std::vector<double> values;
  for (const Row& row : suite.rows) {
    if (row.failures > 0) continue;
    for (const Value& value : {panel.value, panel.second}) {
      const absl::optional<double> number = value == nullptr ? absl::nullopt : value(row);
      if (number) values.push_back(*number);
    }
  }
  return Scale(values);
}

void DrawDots(Point at, const Scale& scale, double first, double second, Canvas& canvas) {
  const Point from{at.x + kBars * scale.At(first), at.y};
  const Point to{at.x + kBars * scale.At(second), at.y};
  canvas.Line(from, to, kFaint, 1.5);
  canvas.Dot(to, 4.5, kOrange);
  canvas.Dot(from, 4.5, kBlue);
  canvas.Text({at.x + kBars + 10, at.y + 4},
              absl::StrCat(NumberText(first), " - ", NumberText(second)), 12, kInk);
}

void DrawPanel(const Suite& suite, const Panel& panel, double x, Canvas& canvas) {
  const Scale scale = ScaleOf(suite, panel);
  const double bottom = kTop + kRow * suite.rows.size();
  canvas.Text({x, kTop - 22}, absl::StrCat(panel.title, scale.logarithmic() ? " (log)" : ""), 13,
              kInk);
  if (panel.second != nullptr) {
    canvas.Dot({x + kPanel - 60, kTop - 26}, 4.5, kBlue);
    canvas.Dot({x + kPanel - 46, kTop - 26}, 4.5, kOrange);
  }
  for (const double decade : scale.Decades()) {
    const double at = x + kBars * scale.At(decade);
    canvas.Line({at, kTop - 4}, {at, bottom}, kGrid, 1);
    canvas.Text({at - 3, kTop - 7}, absl::StrCat(decade), 9, kFaint);
  }
  canvas.Line({x, kTop - 4}, {x, bottom}, kFaint, 1);
  for (size_t i = 0; i < suite.rows.size(); ++i) {
    const Row& row = suite.rows[i];
    const double y = kTop + kRow * i + kRow / 2;
    const absl::optional<double> value = row.failures > 0 ? absl::nullopt : panel.value(row);
    if (!value) {
      canvas.Text({x + 6, y + 4}, row.failures > 0 ? "disqualified" : "-", 12, kFaint);
    } else if (panel.second != nullptr) {
      DrawDots({x, y}, scale, *value, panel.second(row).value_or(0), canvas);
    } else {
      const double length = kBars * scale.At(*value);
      canvas.Box({x, y - 7}, length, 14, kBlue);
      canvas.Text({x + length + 6, y + 4}, NumberText(*value), 12, kInk);
    }
  }
}

// One line over time, as wide as the picture.
void DrawLine(const Line& line, double top, double width, Canvas& canvas) {
  double most = 0;
  for (const auto& [second, value] : line.points) most = std::max(most, value);
  const double end = line.points.back().first;
  const double left = kMargin + 60;
  const double right = width - kMargin;
  const double bottom = top + kCurve;
  canvas.Text({left, top - 8}, line.name, 13, kInk);
  canvas.Line({left, top}, {right, top}, kGrid, 1);
  canvas.Line({left, bottom}, {right, bottom}, kFaint, 1);
  canvas.Text({left - 6, top + 4}, NumberText(most), 12, kFaint, Align::kRight);
  canvas.Text({left - 6, bottom + 4}, "0", 12, kFaint, Align::kRight);
  const double step = std::max(1.0, std::ceil(end / 12));
  for (double second = 0; second <= end; second += step) {
    const double x = left + (right - left) * second / end;
    canvas.Text({x, bottom + 14}, absl::StrCat(second, second == 0 ? " s" : ""), 11, kFaint);
  }
  std::vector<Point> points;
  for (const auto& [second, value] : line.points) {
    points.push_back({left + (right - left) * second / end,
                      most == 0 ? bottom : bottom - kCurve * value / most});
  }
  canvas.Curve(points, kBlue);
}

}  // namespace

std::string Chart(const Suite& suite, const std::string& subtitle) {
  Canvas canvas;
  const std::vector<Panel> panels = PanelsOf(suite);
  const double width = 2 * kMargin + kNames + kPanel * std::max<size_t>(2, panels.size());
  canvas.Text({kMargin, 34}, absl::StrCat("KYC Gateway: ./tools/bench ", suite.name), 18, kInk);
  canvas.Text({kMargin, 54}, subtitle, 12, kFaint);
  for (size_t i = 0; i < suite.rows.size(); ++i) {
    const double y = kTop + kRow * i + kRow / 2;
    canvas.Text({kMargin + kNames - 12, y + 4}, suite.rows[i].name, 13, kInk, Align::kRight);
  }
  for (size_t i = 0; i < panels.size(); ++i) {
    DrawPanel(suite, panels[i], kMargin + kNames + kPanel * i, canvas);
  }
  double y = kTop + kRow * suite.rows.size() + kMargin;
  for (const Timeline& timeline : suite.timelines) {
    y += kMargin;
    canvas.Text({kMargin, y}, timeline.title, 15, kInk);
    for (const Line& line : timeline.lines) {
      if (line.points.empty()) continue;
      y += kCurveGap;
      DrawLine(line, y, width, canvas);
      y += kCurve;
    }
    y += kMargin;
  }
  return canvas.Finish(width, y + kMargin);
}

}  // namespace kyc::bench
