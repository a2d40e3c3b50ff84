#include "tools/benchmarks/report.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tools/benchmarks/number_text.h"

namespace kyc::bench {
namespace {

using Cells = std::vector<std::string>;

Cells CellsOf(const Row& row) {
  if (row.failures > 0) {
    return {row.name, absl::StrCat("disqualified: ", row.why)};
  }
  return {row.name,
          absl::StrFormat("%.0f", row.per_second),
          NumberText(row.cpu_microseconds),
          NumberText(row.p50_milliseconds),
          NumberText(row.p99_milliseconds),
          NumberText(row.longest_milliseconds),
          NumberText(row.peak_mebibytes),
          NumberText(row.generator_microseconds),
          absl::StrJoin(row.extras, "; ", [](std::string* out, const Extra& extra) {
            absl::StrAppend(out, extra.name, " ", NumberText(extra.value));
          })};
}

std::string TableLine(const Cells& cells, const std::vector<size_t>& widths) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    const bool to_the_left = i == 0 || i + 1 == cells.size();
    const std::string gap(widths[i] - std::min(widths[i], cells[i].size()), ' ');
    absl::StrAppend(&line, "| ", to_the_left ? "" : gap, cells[i], to_the_left ? gap : "", " ");
  }
  return absl::StrCat(line, "|\n");
}

// Text as JSON has it. Ours has no control characters.
std::string Quoted(absl::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    if (!absl::ascii_iscntrl(static_cast<unsigned char>(c))) quoted.push_back(c);
  }
  return absl::StrCat(quoted, "\"");
}

std::string JsonNumber(absl::optional<double> value) {
  return value ? absl::StrFormat("%.6g", *value) : "null";
}

std::string JsonOf(const Row& row) {
  std::string json = absl::StrCat(
      "{\"name\": ", Quoted(row.name), ", \"perSecond\": ", JsonNumber(row.per_second),
      ", \"cpuMicroseconds\": ", JsonNumber(row.cpu_microseconds),
      ", \"p50Milliseconds\": ", JsonNumber(row.p50_milliseconds),
      ", \"p99Milliseconds\": ", JsonNumber(row.p99_milliseconds),
      ", \"longestMilliseconds\": ", JsonNumber(row.longest_milliseconds),
      ", \"peakMebibytes\": ", JsonNumber(row.peak_mebibytes),
      ", \"generatorMicroseconds\": ", JsonNumber(row.generator_microseconds),
      ", \"failures\": ", row.failures, ", \"why\": ", Quoted(row.why), ", \"extras\": {");
  absl::StrAppend(&json, absl::StrJoin(row.extras, ", ", [](std::string* out, const Extra& extra) {
    absl::StrAppend(out, Quoted(extra.name), ": ", JsonNumber(extra.value));
  }));
  return absl::StrCat(json, "}}");
}

std::string JsonOf(const Suite& suite) {
  return absl::StrCat(
      "  {\"suite\": ", Quoted(suite.name), ", \"counts\": ", Quoted(suite.counts),
      ", \"rows\": [\n    ",
      absl::StrJoin(suite.rows, ",\n    ",
                    [](std::string* out, const Row& row) { absl::StrAppend(out, JsonOf(row)); }),
      "\n  ]}");
}

}  // namespace

Machine ThisMachine() {
  Machine machine;
  std::ifstream processors("/proc/cpuinfo");
  for (std::string line; std::getline(processors, line);) {
    if (!absl::StartsWith(line, "model name")) continue;
    machine.processor = std::string(absl::StripAsciiWhitespace(line.substr(line.find(':') + 1)));
    break;
  }
  machine.cores = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  utsname name{};
  if (uname(&name) == 0) machine.kernel = absl::StrCat(name.sysname, " ", name.release);
  machine.date = absl::FormatTime("%Y-%m-%d", absl::Now(), absl::UTCTimeZone());
  return machine;
}

std::string Table(const Suite& suite) {
  std::vector<Cells> lines = {{suite.name, absl::StrCat(suite.counts, "/s"), "CPU us", "p50 ms",
                               "p99 ms", "longest ms", "peak MiB", "generator us", "and"}};
  for (const Row& row : suite.rows) lines.push_back(CellsOf(row));
  std::vector<size_t> widths(lines.front().size());
  for (const Cells& cells : lines) {
    for (size_t i = 0; i + 1 < cells.size() || (i < cells.size() && cells.size() > 2); ++i) {
      widths[i] = std::max(widths[i], cells[i].size());
    }
  }
  Cells rule;
  for (size_t i = 0; i < widths.size(); ++i) {
    rule.push_back(std::string(widths[i], '-'));
    if (i > 0 && i + 1 < widths.size() && widths[i] > 1) rule.back().back() = ':';
  }
  lines.insert(lines.begin() + 1, rule);
  std::string table;
  for (const Cells& cells : lines) absl::StrAppend(&table, TableLine(cells, widths));
  return table;
}

std::string Words(const Machine& machine) {
  return absl::StrCat(machine.processor, ", ", machine.cores, " cores, ", machine.kernel, ", ",
                      machine.date);
}

std::string Json(const Machine& machine, const std::vector<Suite>& suites) {
  return absl::StrCat("{\"processor\": ", Quoted(machine.processor), ", \"cores\": ", machine.cores,
                      ", \"kernel\": ", Quoted(machine.kernel),
                      ", \"date\": ", Quoted(machine.date), ", \"suites\": [\n",
                      absl::StrJoin(suites, ",\n",
                                    [](std::string* out, const Suite& suite) {
                                      absl::StrAppend(out, JsonOf(suite));
                                    }),
                      "\n]}\n");
}

}  // namespace kyc::bench
