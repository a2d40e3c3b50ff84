// The commands that a README shows, each with the reply that it promises. Pure.
#ifndef TOOLS_README_CHECK_EXAMPLES_H_
#define TOOLS_README_CHECK_EXAMPLES_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kyc::readme {

struct Example {
  int line = 0;  // Where the command begins.
  std::string command;
  std::string reply;
  bool stays_open = false;               // It runs while the next command does.
  std::set<std::string> volatile_names;  // JSON fields that differ from run to run.
};

// A fenced `sh` block that begins with grpcurl or curl is a command; the next fenced block must be
// `json` or `text`, its reply. Of a command with `<!-- stays open -->` before it that is the block
// after the next command's reply. `<!-- volatile: a, b -->` right after a reply names fields of
// that reply, `<!-- volatile everywhere: a, b -->` anywhere those of all.
absl::StatusOr<std::vector<Example>> ReadExamples(absl::string_view markdown);

}  // namespace kyc::readme

#endif  // TOOLS_README_CHECK_EXAMPLES_H_
