// What a process that holds keys and pictures of people sets up, and looks at, before anything
// else.
#ifndef SERVER_HARDENING_H_
#define SERVER_HARDENING_H_

#include <string>

#include "absl/status/status.h"

namespace kyc {

// All but the last: once, at the start of main, before any library is used and any thread is made.

// Takes away the environment, all but LISTEN_*, by which systemd passes sockets (net/inherited.h),
// and PATH, by which a sanitizer finds its programs: what libraries read there would let its owner
// read or divert traffic (SSLKEYLOGFILE, *_proxy, OPENSSL_CONF, SSL_CERT_FILE, GRPC_*, PG*,
// RES_OPTIONS, LOCALDOMAIN), and which of them do is theirs to change.
void ForgetEnvironment();

// No core dump, and no debugger but root's: both would show images and keys.
void ForbidCoreDumps();

// Raises the soft limit of open files, often 1,024 and so fewer than the slots of one upstream, to
// the hard one. UNAVAILABLE, in one line, where fewer files or threads can be had than a gateway
// begins with: libraries abort where one is missing.
absl::Status TakeResources();

// Any time: a line that says which secrets could be swapped out, and what to do; empty if none can.
std::string SwapWarning();

}  // namespace kyc

#endif  // SERVER_HARDENING_H_
