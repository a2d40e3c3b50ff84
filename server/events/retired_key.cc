#include "server/events/retired_key.h"

#include "absl/strings/str_cat.h"

namespace kyc::events {

void ForgetRetiredKey(crypto::Sealer& sealer, uint8_t id,
                      const std::function<void(absl::string_view)>& say) {
  if (!sealer.has(id)) return;
  sealer.Forget(id);
  if (say == nullptr) return;
  say(absl::StrCat("sealing key ", id,
                   " was retired, and opens nothing: take it out of the configuration and "
                   "destroy it"));
}

}  // namespace kyc::events
