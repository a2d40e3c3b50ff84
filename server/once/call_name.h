// Which key a call has, and what it says, as digests.
#ifndef SERVER_ONCE_CALL_NAME_H_
#define SERVER_ONCE_CALL_NAME_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message_lite.h"
#include "server/call/blob.h"
#include "server/events/call_keys.h"

namespace kyc::once {

// Whose key it is, but for the account.
struct CallName {
  absl::string_view caller;
  absl::string_view method;
  absl::string_view request_id;
};

// Of all that the call says: the message, from which its key and its account are taken, and the
// images that were taken out of it. The same bytes however they came.
std::string ContentDigest(const events::CallKeySecrets& secrets, const CallName& name,
                          const google::protobuf::MessageLite& message,
                          const std::vector<Blob>& images);

// `account` is the name of the one that is used; `subject` the reference that the call carries.
events::CallKey KeyOf(const events::CallKeySecrets& secrets, const CallName& name,
                      absl::string_view account, absl::string_view subject, std::string content);

}  // namespace kyc::once

#endif  // SERVER_ONCE_CALL_NAME_H_
