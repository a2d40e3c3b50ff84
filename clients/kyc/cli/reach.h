// The gateway, reached; a call of it; its answer shown.
#ifndef CLIENTS_KYC_CLI_REACH_H_
#define CLIENTS_KYC_CLI_REACH_H_

#include <google/protobuf/message.h>

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "clients/cpp/gateway.h"
#include "clients/kyc/cli/failure.h"
#include "clients/kyc/cli/session.h"

namespace kyc::cli {

// Reads the files that session.access names.
absl::StatusOr<kyc_gateway::Target> TargetOf(const Session& session);

// How long a call may take.
absl::Duration TimeoutOf(const Session& session);

// A gateway that has answered the handshake. UNAVAILABLE: nobody does; then surely nothing was
// called.
struct Reached {
  kyc_gateway::Target target;
  std::unique_ptr<kyc_gateway::Gateway> gateway;
};
absl::StatusOr<Reached> Reach(const Session& session);

// As a line of JSON, or field by field.
void Show(Session& session, const google::protobuf::Message& message);

// What only reads may be called again whatever becomes of it.
enum class Calls { kChanges, kReads };

// One call of a service that the client library has no method for.
template <typename Stub, typename Request, typename Response>
kyc_gateway::Answer<Response> CallOnce(const Session& session, const Reached& reached, Stub& stub,
                                       grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                    const Request&, Response*),
                                       const Request& request, Calls calls) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + TimeoutOf(session)));
  reached.target.Authorize(context);
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (status.ok()) return response;
  return kyc_gateway::ErrorOf(status, calls == Calls::kReads);
}

// The same, reached first and shown.
template <typename Service, typename Request, typename Response>
int AskAndShow(Session& session,
               grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                                     Response*),
               const Request& request, Calls calls) {
  const absl::StatusOr<Reached> reached = Reach(session);
  if (!reached.ok()) return Fail(session, reached.status());
  const auto stub = Service::NewStub(reached->gateway->channel());
  const auto answer = CallOnce(session, *reached, *stub, method, request, calls);
  if (!answer.ok()) return Fail(session, answer.error());
  Show(session, *answer);
  return kDone;
}

}  // namespace kyc::cli

#endif  // CLIENTS_KYC_CLI_REACH_H_
