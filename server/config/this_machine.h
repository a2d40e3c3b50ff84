// Whether a gateway speaks with this machine only.
#ifndef SERVER_CONFIG_THIS_MACHINE_H_
#define SERVER_CONFIG_THIS_MACHINE_H_

#include "server/config/settings.h"

namespace kyc::config {

// Both upstreams and whoever sends notifications are here, as with the simulator. Pure.
bool IsAlone(const Settings& settings);

}  // namespace kyc::config

#endif  // SERVER_CONFIG_THIS_MACHINE_H_
