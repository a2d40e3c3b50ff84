// A command as the shell would split it. Pure.
#ifndef TOOLS_README_CHECK_SHELL_WORDS_H_
#define TOOLS_README_CHECK_SHELL_WORDS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kyc::readme {

// One command: words, '...', "...", backslashes, backslash-newline. Whatever else means something
// to a shell (variables, globs, pipes, redirections, a second line, ...) is INVALID_ARGUMENT.
absl::StatusOr<std::vector<std::string>> SplitWords(absl::string_view command);

}  // namespace kyc::readme

#endif  // TOOLS_README_CHECK_SHELL_WORDS_H_
