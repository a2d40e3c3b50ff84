// Sockets that whoever started the process listens on for it: systemd's socket activation.
#ifndef SERVER_NET_INHERITED_H_
#define SERVER_NET_INHERITED_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/net/descriptor.h"

namespace kyc::net {

// The listening socket of that name, which is in the environment with its number (LISTEN_PID,
// LISTEN_FDS, LISTEN_FDNAMES: sd_listen_fds(3)). Each once. NOT_FOUND with a phrase that says what
// there is instead. Used by one thread, main's.
absl::StatusOr<Descriptor> TakeInherited(absl::string_view name);

}  // namespace kyc::net

#endif  // SERVER_NET_INHERITED_H_
