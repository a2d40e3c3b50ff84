// How many files a gateway may have open at once.
#ifndef SERVER_FILE_NEEDS_H_
#define SERVER_FILE_NEEDS_H_

#include <cstdint>
#include <string>

#include "server/config/settings.h"

namespace kyc {

// What all that the configuration allows at once needs: connections of callers (two files each), of
// senders and operators, calls at upstreams, and the gateway itself. Streams are on their callers'
// connections. Pure.
int64_t FilesNeeded(const config::Settings& settings);

// One line for the operator where `limit` files are fewer than that; else empty. Pure.
std::string TooFewFiles(const config::Settings& settings, int64_t limit);

}  // namespace kyc

#endif  // SERVER_FILE_NEEDS_H_
