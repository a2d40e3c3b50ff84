// How one caller's streams stand. A value.
#ifndef SERVER_NETZME_STREAM_STANDING_H_
#define SERVER_NETZME_STREAM_STANDING_H_

#include <cstdint>
#include <string>

namespace kyc::netzme {

struct Standing {
  std::string caller;
  int64_t streams = 0;
  int64_t behind = 0;    // Those that have not been written all that there is for them.
  int64_t furthest = 0;  // How many events of the log the last of them lies behind.
};

}  // namespace kyc::netzme

#endif  // SERVER_NETZME_STREAM_STANDING_H_
