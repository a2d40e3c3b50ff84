// The simulator's table of magic values, as the simulator itself lists it.
#ifndef TESTS_ERRORS_MAGIC_TABLE_H_
#define TESTS_ERRORS_MAGIC_TABLE_H_

#include <string>
#include <vector>

namespace kyc::tests {

// One request that has a magic value.
struct MagicCall {
  std::string endpoint;  // "passive-liveness", "id-recognize", "id-validation" or "widget".
  std::string magic;
};

// Every value at every endpoint that knows it. A test failure if the list cannot be read.
std::vector<MagicCall> ListMagicCalls();

}  // namespace kyc::tests

#endif  // TESTS_ERRORS_MAGIC_TABLE_H_
