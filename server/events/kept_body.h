// What every engine's quarantine says of a body.
#ifndef SERVER_EVENTS_KEPT_BODY_H_
#define SERVER_EVENTS_KEPT_BODY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/events/log_identity.h"
#include "server/events/log_keys.h"
#include "server/events/quarantine.h"

namespace kyc::events {

// By which a body is kept once for each owner. What schemas before 5 kept has a digest of its body
// alone, and is found no more.
std::string DigestOf(const LogKeys& keys, const BodyToKeep& body);

// The body of an entry with that digest, sealed, and back; as CannotBeOpened when it cannot.
std::string SealBody(const LogIdentity& log, absl::string_view digest, absl::string_view body);
absl::StatusOr<std::string> OpenBody(const LogIdentity& log, absl::string_view digest,
                                     absl::string_view sealed);

// The final caller errors.
absl::Status QuarantineFull();
absl::Status QuarantinedNotFound();

}  // namespace kyc::events

#endif  // SERVER_EVENTS_KEPT_BODY_H_
