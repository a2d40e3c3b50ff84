// The golden table of what each HTTP status and body of an upstream becomes.
#ifndef SERVER_UPSTREAM_GOLDEN_REPLY_TABLE_H_
#define SERVER_UPSTREAM_GOLDEN_REPLY_TABLE_H_

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/upstream/http.h"

namespace kyc::upstream {

// A kind of body, e.g. "quota_exceeded".
struct ReplyBody {
  std::string name;
  std::string text;
};

// One endpoint, e.g. "passive-liveness": what its reply becomes, OK where it is an answer.
struct ReplyReader {
  std::string endpoint;
  std::vector<ReplyBody> bodies;
  std::function<absl::Status(const HttpResponse&)> read;

  friend void PrintTo(const ReplyReader& reader, std::ostream* out) { *out << reader.endpoint; }
};

// The bodies of every upstream: empty, a proxy's HTML, `success` and its first half.
std::vector<ReplyBody> CommonBodies(const std::string& success);

// The endpoint's rows, sorted: every HTTP status of the table with every body, and the code, reason
// and outcome that it becomes.
std::vector<std::string> ReplyRows(const ReplyReader& reader);

// The golden file's rows of that endpoint.
std::vector<std::string> GoldenRows(absl::string_view endpoint);

// Where KYC_UPDATE_GOLDEN is set (bazel run): replaces the endpoint's rows in the source tree.
// False if it is not set.
bool UpdateGoldenRows(absl::string_view endpoint, const std::vector<std::string>& rows);

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_GOLDEN_REPLY_TABLE_H_
