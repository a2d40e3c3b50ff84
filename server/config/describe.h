// The settings in a few lines, to print at the start.
#ifndef SERVER_CONFIG_DESCRIBE_H_
#define SERVER_CONFIG_DESCRIBE_H_

#include <string>

#include "server/config/settings.h"

namespace kyc::config {

// One line per block that is present, each ended by a newline. No secrets.
std::string Describe(const Settings& settings);

}  // namespace kyc::config

#endif  // SERVER_CONFIG_DESCRIBE_H_
