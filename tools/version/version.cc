#include "tools/version/version.h"

namespace kyc {

std::string VersionLine(const std::string& program) {
  return program + " " + kVersionNumber + " (" + kCommit + ")\n";
}

}  // namespace kyc
