// What a command works with.
#ifndef CLIENTS_KYC_CLI_SESSION_H_
#define CLIENTS_KYC_CLI_SESSION_H_

#include <iosfwd>

#include "absl/time/time.h"
#include "clients/kyc/access.h"

namespace kyc::cli {

// The streams are their owner's, and outlive it. Used by one thread.
struct Session {
  client::Access access = {};
  // Of a call; a watch or a stream ends by it too.
  absl::Duration timeout = absl::InfiniteDuration();
  bool json = false;     // A line of JSON for each answer, instead of what people like to read.
  bool colours = false;  // `out` shows them.
  bool lively = false;   // `err` is a terminal: progress may be drawn.
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
};

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_CLI_SESSION_H_
