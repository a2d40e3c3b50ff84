// Sockets that whoever started this process has opened for it, as systemd does.
#ifndef SERVER_NET_INHERITED_H_
#define SERVER_NET_INHERITED_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/net/descriptor.h"

namespace kyc::net {

// The listening socket that was passed under that name, by systemd's protocol: the variables
// LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES name what begins with descriptor 3. Its owner is the
// caller from then on, so each is asked for once. UNAVAILABLE, as a phrase, where there is none, or
// more than one.
absl::StatusOr<Descriptor> Inherited(absl::string_view name);

}  // namespace kyc::net

#endif  // SERVER_NET_INHERITED_H_
