// One question to a listener of this machine: how a program asks a gateway that runs how it is.
#ifndef SERVER_UPSTREAM_ASK_H_
#define SERVER_UPSTREAM_ASK_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/config/settings.h"

namespace kyc::upstream {

struct Answer {
  int status = 0;
  std::string body;
};

// GET `path` of the operators' listener: where that speaks TLS, of whoever has its certificate;
// with its first token, if it has one. Blocks, at most for `patience`; for a program that does
// nothing else. UNAVAILABLE, in one line, if there is no answer within that, or a larger one than
// 16 MiB.
absl::StatusOr<Answer> Ask(const config::Admin& of, const std::string& path,
                           absl::Duration patience);

}  // namespace kyc::upstream

#endif  // SERVER_UPSTREAM_ASK_H_
