#include "clients/kyc/commands/billed.h"

namespace kyc::cli {

void Billed::Declare(Options& options, const char* reference_what, Need need) {
  options.Text("--reference", "TEXT", reference, reference_what, need);
  options.Text("--account", "NAME", account, "of the gateway's accounts, where it has several");
  options.Text("--request-id", "ID", request_id,
               "the call's own key; a new one where it is left out. A repeat with the same one is "
               "billed once");
  options.Switch("--no-request-id", no_request_id, "for a gateway that keeps no keys");
}

int FailBilled(Session& session, const kyc_gateway::Error& error, const std::string& request_id) {
  const int exit = Fail(session, error);
  if (exit == kOutcomeUnknown && !request_id.empty() && !session.json) {
    session.err << "  request id       " << request_id
                << "; the same call with --request-id and this is billed at most once\n";
  }
  return exit;
}

}  // namespace kyc::cli
