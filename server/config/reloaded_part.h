// Which part of the configuration a running gateway takes over. Pure.
#ifndef SERVER_CONFIG_RELOADED_PART_H_
#define SERVER_CONFIG_RELOADED_PART_H_

#include <set>
#include <string>

#include "kyc/config/v1/config.pb.h"
#include "server/config/settings.h"

namespace kyc::config {

// Takes out of it what a running gateway takes over. What is left needs a restart; so does every
// field that is not named here.
void ClearReloaded(v1::Config& config);

// What ClearReloaded takes out, from one configuration into another with accounts of the same
// names.
void TakeReloaded(const v1::Config& from, v1::Config& into);

// Who has secrets that are reloaded, and where they are sent: where this differs, none may be taken
// over, because they may be meant for another address than the one they would be sent to.
std::set<std::string> AccountsOf(const Settings& settings);

}  // namespace kyc::config

#endif  // SERVER_CONFIG_RELOADED_PART_H_
