// The memory of another process.
#ifndef TESTS_SECRECY_MEMORY_H_
#define TESTS_SECRECY_MEMORY_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/support/child_process.h"

namespace kyc::tests {

// A part of it that can be written, as it is now.
struct Region {
  std::string name;  // What the system calls it, like "[heap]".
  bool locked = false;
  std::string bytes;
};

// All such parts of a process that lets its parent read them; what is freed, but was not given back
// to the system, is among them.
std::vector<Region> ReadMemory(const ChildProcess& process);

// How often a text stands there, in what is locked and in what is not.
struct Places {
  int locked = 0;
  std::vector<std::string> elsewhere;  // The regions' names.
};
Places PlacesOf(absl::string_view text, const std::vector<Region>& memory);

}  // namespace kyc::tests

#endif  // TESTS_SECRECY_MEMORY_H_
