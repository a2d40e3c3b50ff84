#include "server/events/kept_body.h"

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/crypto/mac.h"
#include "server/events/event_row.h"

namespace kyc::events {
namespace {

// What the body is bound to; its column's name in every engine.
constexpr char kBodyColumn[] = "sealed_body";

crypto::RecordSealer SealerOf(const LogIdentity& log, absl::string_view digest) {
  return log.sealer.Of(absl::StrCat(log.log_id, digest));
}

}  // namespace

std::string DigestOf(const LogKeys& keys, const BodyToKeep& body) {
  const QuarantineOwner& owner = body.owner;
  return LookupDigest(keys.body, absl::StrCat(static_cast<int>(owner.kind), owner.source, "\n",
                                              owner.account, "\n", body.body));
}

std::string SealBody(const LogIdentity& log, absl::string_view digest, absl::string_view body) {
  return SealerOf(log, digest).Seal(body, kBodyColumn);
}

absl::StatusOr<std::string> OpenBody(const LogIdentity& log, absl::string_view digest,
                                     absl::string_view sealed) {
  absl::StatusOr<std::string> body = SealerOf(log, digest).Open(sealed, kBodyColumn);
  if (!body.ok()) return CannotBeOpened(body.status());
  return body;
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
