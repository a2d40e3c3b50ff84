// Warnings of what an operator must act on, of all that ends.
#ifndef SERVER_OPERATOR_WARNINGS_H_
#define SERVER_OPERATOR_WARNINGS_H_

#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "server/admin/standing_warnings.h"
#include "server/call/on_ended.h"

namespace kyc {

// A line when it begins, one each minute while it goes on, one when it is over (see
// admin::StandingWarnings), of
// - requests to an upstream that are answered 401 or 403: its credentials are refused;
// - five or more within a minute that are answered 5xx;
// - calls whose reply could not be read;
// - notifications answered 401 or 413, which their sender goes on losing.
// Thread-safe. Owned by the gateway; outlives all who tell it.
class OperatorWarnings {
 public:
  // `write` must not block.
  explicit OperatorWarnings(admin::StandingWarnings::Write write) : warnings_(std::move(write)) {}

  OnEnded Listeners();
  // To be called every few seconds.
  void Look();
  // Whether `what`, which does not end by itself, is so now.
  void IsSo(absl::string_view what, bool is_so);

 private:
  void Note(const EndedCall& call);
  void Note(const EndedAttempt& attempt);
  void Note(const AnsweredNotification& notification);

  admin::StandingWarnings warnings_;
};

}  // namespace kyc

#endif  // SERVER_OPERATOR_WARNINGS_H_
