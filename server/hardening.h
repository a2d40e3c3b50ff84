// What a process that holds keys and pictures of people sets up before anything else.
#ifndef SERVER_HARDENING_H_
#define SERVER_HARDENING_H_

namespace kyc {

// All three: once, at the start of main, before any library is used and any thread is made.

// Takes from the environment what would let its owner read or divert traffic to the upstreams:
// SSLKEYLOGFILE, which libcurl honours, and the proxy variables.
void ForgetEnvironment();

// No core dump, and no debugger but root's: both would show images and keys.
void ForbidCoreDumps();

// A service manager's soft limit is often 1,024 files: fewer connections than the slots of one
// upstream.
void AllowManyConnections();

}  // namespace kyc

#endif  // SERVER_HARDENING_H_
