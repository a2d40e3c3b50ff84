// How kyc ends: what a script may go by.
#ifndef CLIENTS_KYC_CLI_EXIT_H_
#define CLIENTS_KYC_CLI_EXIT_H_

namespace kyc::cli {

// Said in `kyc --help`. list, describe, call and grpcurl end as grpcurl does where a call fails: 64
// and its gRPC code.
enum Exit : int {
  kDone = 0,
  kFailed = 1,          // Something on this machine: a file, the terminal.
  kWrongCommand = 2,    // Or wrong settings. Nothing was called.
  kRefused = 3,         // The same call again fails again.
  kNotFound = 4,        // There is no such thing.
  kUnavailable = 5,     // Surely not processed; may succeed later.
  kOutcomeUnknown = 6,  // It may have been processed, and billed.
};

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_CLI_EXIT_H_
