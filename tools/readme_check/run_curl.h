// The curl program.
#ifndef TOOLS_README_CHECK_RUN_CURL_H_
#define TOOLS_README_CHECK_RUN_CURL_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace kyc::readme {

// Everything it prints, errors too, whatever its exit status. Blocks for a minute at most; reads no
// .curlrc. `words` begins with "curl".
absl::StatusOr<std::string> RunCurl(std::vector<std::string> words);

}  // namespace kyc::readme

#endif  // TOOLS_README_CHECK_RUN_CURL_H_
