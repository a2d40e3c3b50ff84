// A sealing key that is not to be used again.
#ifndef SERVER_EVENTS_RETIRED_KEY_H_
#define SERVER_EVENTS_RETIRED_KEY_H_

#include <cstdint>
#include <functional>

#include "absl/strings/string_view.h"
#include "server/crypto/sealer.h"

namespace kyc::events {

// From then on `sealer` opens nothing with it. Where it was still given, `say`, which may be null,
// takes a line for the operator.
void ForgetRetiredKey(crypto::Sealer& sealer, uint8_t id,
                      const std::function<void(absl::string_view)>& say);

}  // namespace kyc::events

#endif  // SERVER_EVENTS_RETIRED_KEY_H_
