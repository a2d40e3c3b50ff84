// Follows upgrades for as long as it can: the sample of how to read the log to its end and beyond.
#ifndef CLIENTS_KYC_WATCH_H_
#define CLIENTS_KYC_WATCH_H_

#include <iosfwd>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "clients/kyc/command.h"

namespace kyc::client {

// Prints each event as one line of JSON. After each message the lines are flushed, then the cursor
// is saved; so no event is skipped, and none is printed twice, unless the program is killed between
// the two: then the last message's events (64 at most) come again.
//
// Blocks; a stream that ends is reopened from the cursor after pause(). Returns the exit status:
// 64 + the gRPC code of an end that asking again cannot mend, 1 if the cursor's file is there but
// cannot be read or holds no cursor, or if the lines or the cursor could not be written.
int Watch(const Command& command, std::ostream& out, std::ostream& err,
          absl::FunctionRef<void(absl::Duration)> pause);

}  // namespace kyc::client

#endif  // CLIENTS_KYC_WATCH_H_
