#include "server/upstream/golden/reply_table.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/call/error.h"

namespace kyc::upstream {
namespace {

constexpr char kFile[] = "server/upstream/golden/reply_table.golden";
constexpr int kStatuses[] = {200, 202, 204, 206, 302, 400, 401, 403, 404, 405,
                             408, 409, 413, 422, 429, 500, 502, 503, 504, 520};

std::string Row(absl::string_view endpoint, absl::string_view body, absl::string_view http,
                absl::string_view code, absl::string_view reason, absl::string_view outcome) {
  return absl::StrFormat("%-22s  %-18s  %-4s  %-19s  %-29s  %s", endpoint, body, http, code, reason,
                         outcome);
}

std::string Heading() { return Row("# endpoint", "body", "HTTP", "code", "reason", "outcome"); }

bool IsOf(absl::string_view row, absl::string_view endpoint) {
  return absl::StartsWith(row, absl::StrCat(endpoint, " "));
}

std::vector<std::string> Lines(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

}  // namespace

std::vector<ReplyBody> CommonBodies(const std::string& success) {
  return {{"empty", ""},
          {"html", "<html><body>Bad things happened</body></html>"},
          {"success", success},
          {"cut", success.substr(0, success.size() / 2)}};
}

std::vector<std::string> ReplyRows(const ReplyReader& reader) {
  std::vector<std::string> rows;
  for (const ReplyBody& body : reader.bodies) {
    for (int http : kStatuses) {
      HttpResponse response;
      response.status = http;
      response.body = body.text;
      const absl::Status status = reader.read(response);
      const std::string outcome = status.ok() ? "-" : MetadataOf(status, "outcome");
      const std::string reason = status.ok() ? "-" : ReasonOf(status);
      rows.push_back(Row(reader.endpoint, body.name, absl::StrCat(http),
                         absl::StatusCodeToString(status.code()), reason, outcome));
    }
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

std::vector<std::string> GoldenRows(absl::string_view endpoint) {
  std::vector<std::string> rows;
  for (const std::string& line : Lines(kFile)) {
    if (IsOf(line, endpoint)) rows.push_back(line);
  }
  return rows;
}

bool UpdateGoldenRows(absl::string_view endpoint, const std::vector<std::string>& rows) {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (std::getenv("KYC_UPDATE_GOLDEN") == nullptr || workspace == nullptr) return false;
  const std::string path = absl::StrCat(workspace, "/", kFile);
  std::vector<std::string> all = rows;
  for (const std::string& line : Lines(path)) {
    if (!IsOf(line, endpoint) && !absl::StartsWith(line, "#")) all.push_back(line);
  }
  std::sort(all.begin(), all.end());
  std::ofstream file(path);
  file << Heading() << "\n";
  for (const std::string& row : all) file << row << "\n";
  return true;
}

}  // namespace kyc::upstream
