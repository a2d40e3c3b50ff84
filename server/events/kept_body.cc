#include "server/events/kept_body.h"

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/crypto/mac.h"

namespace kyc::events {

std::string DigestOf(const LogKeys& keys, const BodyToKeep& body) {
  const QuarantineOwner& owner = body.owner;
  return LookupDigest(keys.body, absl::StrCat(static_cast<int>(owner.kind), owner.source, "\n",
                                              owner.account, "\n", body.body));
}

absl::Status QuarantineFull() {
  Error error;
  error.code = absl::StatusCode::kResourceExhausted;
  error.reason = "QUARANTINE_FULL";
  error.message = "The quarantine is full: redrive or discard what this account has in it";
  return ToStatus(error);
}

absl::Status QuarantinedNotFound() {
  Error error;
  error.code = absl::StatusCode::kNotFound;
  error.reason = "QUARANTINED_NOT_FOUND";
  error.message = "The quarantine has no entry of this id";
  return ToStatus(error);
}

}  // namespace kyc::events
