// The event log's keys. Pure.
#ifndef SERVER_DOCTOR_KEYS_H_
#define SERVER_DOCTOR_KEYS_H_

#include <vector>

#include "server/config/settings.h"
#include "server/doctor/finding.h"

namespace kyc::doctor {

// What the configuration's checks cannot refuse, as a log may have been made with it: a key for two
// purposes, and one that nobody drew at random. None without an event log.
std::vector<Finding> KeyFindings(const config::Settings& settings);

}  // namespace kyc::doctor

#endif  // SERVER_DOCTOR_KEYS_H_
