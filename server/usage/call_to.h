// Whose call it is, and to what.
#ifndef SERVER_USAGE_CALL_TO_H_
#define SERVER_USAGE_CALL_TO_H_

#include "absl/strings/string_view.h"

namespace kyc::usage {

// A view.
struct CallTo {
  absl::string_view caller;
  absl::string_view account;  // Empty: not known yet.
  absl::string_view method;   // "package.Service/Method"
};

}  // namespace kyc::usage

#endif  // SERVER_USAGE_CALL_TO_H_
