// How a line of the log says when.
#ifndef SERVER_CALL_LOG_TIME_H_
#define SERVER_CALL_LOG_TIME_H_

#include <string>

#include "absl/time/time.h"

namespace kyc {

// "2026-11-28T06:06:40.123456Z". Pure.
inline std::string LogTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

}  // namespace kyc

#endif  // SERVER_CALL_LOG_TIME_H_
