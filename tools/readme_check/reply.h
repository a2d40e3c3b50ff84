// What a command printed, against what README.md promises. Pure.
#ifndef TOOLS_README_CHECK_REPLY_H_
#define TOOLS_README_CHECK_REPLY_H_

#include <google/protobuf/struct.pb.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace kyc::readme {

// A reply is a row of JSON values and lines of other text: one value, a stream of values, or an
// error whose details are values.
struct Piece {
  absl::optional<google::protobuf::Value> json;
  std::string text;  // If it is not JSON: the line, its spaces made one.
};

// Empty lines are left out.
std::vector<Piece> ReadReply(absl::string_view reply);

// One line each; none if they agree. JSON is compared as a tree: spaces and the order of fields do
// not matter. A field of a volatile name must be there, of the same type, whatever its value.
std::vector<std::string> Differences(const std::vector<Piece>& documented,
                                     const std::vector<Piece>& actual,
                                     const std::set<std::string>& volatile_names);

// The text of the last field called cursor.
absl::optional<std::string> LastCursor(const std::vector<Piece>& reply);

}  // namespace kyc::readme

#endif  // TOOLS_README_CHECK_REPLY_H_
