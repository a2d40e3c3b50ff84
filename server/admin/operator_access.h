// Who may ask for the operators' pages where a token is asked for.
#ifndef SERVER_ADMIN_OPERATOR_ACCESS_H_
#define SERVER_ADMIN_OPERATOR_ACCESS_H_

#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "server/call/current.h"
#include "server/call/metrics.h"
#include "server/call/repeated_lines.h"
#include "server/config/settings.h"
#include "server/http/handler.h"
#include "server/http/not_let_in.h"

namespace kyc::admin {

// By bearer token, which may come as a password, too. Nobody is asked for one until there was one:
// then whoever reaches the listener may ask.
class OperatorAccess {
 public:
  // `metrics` outlives it; `write` as RepeatedLines has it.
  OperatorAccess(Metrics& metrics, RepeatedLines::Write write)
      : not_let_in_("admin", metrics, std::move(write)) {}

  // Whose tokens count from now on. Used by one thread, also while another one asks.
  void Use(const config::Admin& admin);

  // The 401 of a request without such a token, of which there is a line and a count. Used by the
  // listener's thread.
  absl::optional<http::HttpReply> RefusalOf(const http::HttpCall& head);

 private:
  using Digests = absl::flat_hash_set<std::string>;
  struct Tokens {
    bool asked_for = false;  // Stays so, lest a reload open what was closed.
    Digests digests;
  };

  // What is wrong, in a word for the metric; empty: nothing.
  static absl::string_view FaultOf(const http::HttpCall& head, const Digests& digests);

  http::NotLetIn not_let_in_;
  Current<Tokens> tokens_;
};

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_OPERATOR_ACCESS_H_
