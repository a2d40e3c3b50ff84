// A call's stored answer, sealed. The same for every engine.
#ifndef SERVER_EVENTS_KEY_ANSWER_H_
#define SERVER_EVENTS_KEY_ANSWER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/events/call_keys.h"
#include "server/events/log_identity.h"

namespace kyc::events {

// Seals the answer of an end that has one.
void SealAnswer(const LogIdentity& log, const CallKey& key, KeyEnd& end);

// Opens the answer of a claim that has one. One that cannot be opened (its sealing key is gone, it
// was altered) is lost: the call is not made again for it.
void OpenAnswer(const LogIdentity& log, const CallKey& key, KeyClaim& claim);

// A stored answer under the key that seals now. Errors as of crypto::RecordSealer::Open.
absl::StatusOr<std::string> SealAnswerAgain(const LogIdentity& log, const CallKey& key,
                                            absl::string_view sealed);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_KEY_ANSWER_H_
