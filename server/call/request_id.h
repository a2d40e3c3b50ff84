// The field by which a caller names one call, so that it happens at most once.
#ifndef SERVER_CALL_REQUEST_ID_H_
#define SERVER_CALL_REQUEST_ID_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "server/call/error.h"

namespace kyc {

// Adds what is wrong with the field `request_id`: it may be empty.
void CheckRequestId(absl::string_view request_id, std::vector<Violation>& violations);

}  // namespace kyc

#endif  // SERVER_CALL_REQUEST_ID_H_
