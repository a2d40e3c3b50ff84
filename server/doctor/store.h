// The event log, as it is now.
#ifndef SERVER_DOCTOR_STORE_H_
#define SERVER_DOCTOR_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/config/settings.h"
#include "server/doctor/finding.h"

namespace kyc::doctor {

// The file of a log over SQLite.
struct LogFileFacts {
  bool there = false;
  unsigned mode = 0;
  absl::Status opened;  // Whether it is a log, of these keys, and whole.
  int schema = 0;
  int newest_schema = 0;     // That this program knows.
  std::string checked = {};  // What of it was looked at.
};

// Pure.
Finding LogFileFinding(const std::string& path, const LogFileFacts& facts);

// Reads the file, or asks the servers, and changes nothing. Blocks for some seconds at most. None
// without an event log.
std::vector<Finding> StoreFindings(const config::Settings& settings);

}  // namespace kyc::doctor

#endif  // SERVER_DOCTOR_STORE_H_
