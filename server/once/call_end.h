// What a call's result means for its key, and how it is stored. Pure.
#ifndef SERVER_ONCE_CALL_END_H_
#define SERVER_ONCE_CALL_END_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/events/call_keys.h"

namespace kyc::once {

// `result`: a serialized response, or the error that its caller gets. An error whose outcome is
// not_sent frees the key, and so does one that is refused with a code that callers repeat freely
// (UNAVAILABLE, RESOURCE_EXHAUSTED, ABORTED): it will change. Any other refusal, and what is
// answered, is the answer. What is unknown is lost.
events::KeyEnd EndOf(const absl::StatusOr<std::string>& result);

// The result that an answer was made of, byte by byte. DATA_LOSS if it was none.
absl::StatusOr<std::string> ResultOf(absl::string_view answer);

}  // namespace kyc::once

#endif  // SERVER_ONCE_CALL_END_H_
