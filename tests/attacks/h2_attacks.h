// What hostile clients of HTTP/2 send by many connections at once.
#ifndef TESTS_ATTACKS_H2_ATTACKS_H_
#define TESTS_ATTACKS_H2_ATTACKS_H_

#include <string>
#include <vector>

namespace kyc::tests {

struct H2Attack {
  const char* name;
  std::string bytes;  // After HTTP/2's hello.
};

// Of each kind as much as one connection may bring, where there is such a bound.
const std::vector<H2Attack>& H2Attacks();

}  // namespace kyc::tests

#endif  // TESTS_ATTACKS_H2_ATTACKS_H_
