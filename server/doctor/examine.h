// Everything that can be looked at before a gateway starts, and beside one that runs.
#ifndef SERVER_DOCTOR_EXAMINE_H_
#define SERVER_DOCTOR_EXAMINE_H_

#include <string>
#include <vector>

#include "server/doctor/finding.h"

namespace kyc::doctor {

// Reads the configuration at `path` and what it names, and asks the machine, the upstreams' doors
// and the event log; changes nothing, and sends no request to any upstream. Blocks for some
// seconds, at most about 20.
std::vector<Finding> Examine(const std::string& path);

}  // namespace kyc::doctor

#endif  // SERVER_DOCTOR_EXAMINE_H_
