// What the calls have in common that an upstream bills.
#ifndef CLIENTS_KYC_COMMANDS_BILLED_H_
#define CLIENTS_KYC_COMMANDS_BILLED_H_

#include <ostream>
#include <string>

#include "clients/cpp/gateway.h"
#include "clients/kyc/cli/options.h"
#include "clients/kyc/cli/reach.h"
#include "clients/kyc/commands/request_id.h"

namespace kyc::cli {

// Their options.
struct Billed {
  std::string reference;
  std::string account;
  std::string request_id;
  bool no_request_id = false;

  void Declare(Options& options, const char* reference_what, Need need);

  // Sets account and request_id. What the request says already stays where no option was given; a
  // request_id that neither says is a new one.
  template <typename Request>
  void Apply(Request& request) {
    if (request_id.empty()) request_id = request.request_id();
    if (request_id.empty() && !no_request_id) request_id = NewRequestId();
    if (!account.empty()) request.set_account(account);
    if (!no_request_id) request.set_request_id(request_id);
  }
};

// Where nobody knows what became of the call, says by which id it can be asked again.
int FailBilled(Session& session, const kyc_gateway::Error& error, const std::string& request_id);

template <typename Request, typename Response>
int AskBilled(Session& session,
              kyc_gateway::Answer<Response> (kyc_gateway::Gateway::*call)(Request&),
              Request& request) {
  const auto reached = Reach(session);
  if (!reached.ok()) return Fail(session, reached.status());
  const auto answer = (reached->gateway.get()->*call)(request);
  if (!answer.ok()) return FailBilled(session, answer.error(), request.request_id());
  Show(session, *answer);
  return kDone;
}

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_COMMANDS_BILLED_H_
