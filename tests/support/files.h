// Files of a test: what Bazel built for it, and a folder of its own.
#ifndef TESTS_SUPPORT_FILES_H_
#define TESTS_SUPPORT_FILES_H_

#include <sys/types.h>

#include <string>

#include "absl/strings/string_view.h"

namespace kyc::tests {

// Where a file of the target's `data` lies, by its path in the workspace.
std::string RunfilePath(const std::string& path);

// A new empty folder under TEST_TMPDIR.
std::string MakeFolder(absl::string_view name);

// The same under /tmp, with a path short enough for the address of a socket.
std::string MakeShortFolder();

// Writes a whole file and gives it exactly this mode.
void WriteFile(const std::string& path, absl::string_view content, mode_t mode = 0600);

// Puts a file in another's place: whoever looks there sees the one or the other.
void Rename(const std::string& from, const std::string& to);

// The whole file; empty if there is none.
std::string ReadFile(const std::string& path);

// The line, from 1, in which `words` stand first.
int LineOf(absl::string_view words, absl::string_view text);

}  // namespace kyc::tests

#endif  // TESTS_SUPPORT_FILES_H_
