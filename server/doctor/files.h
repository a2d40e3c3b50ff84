// The files that a configuration names, and who may change them. Pure.
#ifndef SERVER_DOCTOR_FILES_H_
#define SERVER_DOCTOR_FILES_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "server/doctor/finding.h"

namespace kyc::doctor {

// A file that is there.
struct FileFacts {
  std::string path;
  mode_t mode = 0;
  mode_t folder_mode = 0;
};

// Whoever may write one of them, or put another in its place, decides what the gateway does. That
// secrets are read by nobody else, the configuration's own checks see to.
std::vector<Finding> FileFindings(const std::vector<FileFacts>& files);

// Somebody of this machine.
struct User {
  uid_t id = 0;
  std::string name;
};

// As whom it was looked, and whose the event log is: what one of them may read or write says
// nothing about the other.
Finding UserFinding(const User& asked_by, const User& owner);

}  // namespace kyc::doctor

#endif  // SERVER_DOCTOR_FILES_H_
