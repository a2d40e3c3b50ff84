// What every program tells by --version, and the gateway by a metric.
#ifndef TOOLS_VERSION_VERSION_H_
#define TOOLS_VERSION_VERSION_H_

#include <string>

namespace kyc {

// The content of the file VERSION.
extern const char kVersionNumber[];

// The commit of a release build, 12 digits of it; "-modified" follows where something else was
// built. Of any other build "development", so that no commit makes one anew.
extern const char kCommit[];

// `PROGRAM NUMBER (COMMIT)` and a newline.
std::string VersionLine(const std::string& program);

}  // namespace kyc

#endif  // TOOLS_VERSION_VERSION_H_
