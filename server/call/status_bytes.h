// An error with its details as a serialized google.rpc.Status, and back.
#ifndef SERVER_CALL_STATUS_BYTES_H_
#define SERVER_CALL_STATUS_BYTES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kyc {

// Equal errors are equal bytes.
std::string StatusBytes(const absl::Status& status);

// DATA_LOSS without details if they are none, or no error's.
absl::Status StatusFromBytes(absl::string_view bytes);

}  // namespace kyc

#endif  // SERVER_CALL_STATUS_BYTES_H_
