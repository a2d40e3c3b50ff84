// Whether traffic should come, as one check for each thing that may say no. Pure.
#ifndef SERVER_ADMIN_READINESS_H_
#define SERVER_ADMIN_READINESS_H_

#include <string>
#include <vector>

namespace kyc::admin {

struct ReadyCheck {
  enum class Is { kGood, kWarns, kFails };

  std::string name;  // A word.
  Is is = Is::kGood;
  std::string says = "";  // Why; empty when good.
};

// Nothing fails.
bool IsReady(const std::vector<ReadyCheck>& checks);

// "ok" or what fails first, then what warns, a line each. With `verbose` a line for each check:
// "ok NAME", "WARN NAME: why" or "FAIL NAME: why", and the sum as the last one.
std::string ReadinessText(const std::vector<ReadyCheck>& checks, bool verbose);

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_READINESS_H_
