#include "clients/kyc/cli/reach.h"

#include <algorithm>
#include <ostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "clients/kyc/cli/table.h"
#include "clients/kyc/json_print.h"

namespace kyc::cli {
namespace {

constexpr absl::Duration kUsualTimeout = absl::Seconds(30);
constexpr absl::Duration kLongestHandshake = absl::Seconds(10);

// The first attempt's end is enough: whoever is asked to wait can do so by repeating the command.
bool Connects(grpc::Channel& channel, absl::Time until) {
  for (;;) {
    const grpc_connectivity_state state = channel.GetState(/*try_to_connect=*/true);
    if (state == GRPC_CHANNEL_READY) return true;
    if (state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_SHUTDOWN) return false;
    if (!channel.WaitForStateChange(state, absl::ToChronoTime(until))) return false;
  }
}

}  // namespace

absl::StatusOr<kyc_gateway::Target> TargetOf(const Session& session) {
  const client::Access& access = session.access;
  absl::StatusOr<client::Pems> pems = client::ReadPems(access);
  if (!pems.ok()) return pems.status();
  const absl::StatusOr<std::string> token = client::TokenOf(access);
  if (!token.ok()) return token.status();
  kyc_gateway::Target target;
  target.request_ids = false;  // A command says whether its call has one.
  target.address = access.address;
  target.plaintext = !access.tls;
  target.headers = access.headers;
  target.use_proxy = false;
  target.ca_certificates = std::move(pems->authorities);
  target.certificate = std::move(pems->certificate);
  target.key = std::move(pems->key);
  if (!token->empty()) {
    // Read again for each call: whoever replaces the file need not start a long watch anew.
    target.token = [access, first = *token] {
      const absl::StatusOr<std::string> now = client::TokenOf(access);
      return now.ok() ? *now : first;
    };
  }
  return target;
}

absl::Duration TimeoutOf(const Session& session) {
  return session.timeout == absl::InfiniteDuration() ? kUsualTimeout : session.timeout;
}

absl::StatusOr<Reached> Reach(const Session& session) {
  absl::StatusOr<kyc_gateway::Target> target = TargetOf(session);
  if (!target.ok()) return target.status();
  auto gateway = std::make_unique<kyc_gateway::Gateway>(*target, TimeoutOf(session));
  const absl::Time until = absl::Now() + std::min(TimeoutOf(session), kLongestHandshake);
  if (!Connects(*gateway->channel(), until)) {
    return absl::UnavailableError(
        absl::StrCat("no gateway answers at ", session.access.address,
                     session.access.tls ? " by TLS" : "", ": is it the right --address",
                     session.access.tls ? ", and --ca its authority" : "", "? Nothing was called"));
  }
  return Reached{*std::move(target), std::move(gateway)};
}

void Show(Session& session, const google::protobuf::Message& message) {
  if (session.json) {
    const auto& types = *google::protobuf::DescriptorPool::generated_pool();
    session.out << client::PrintJson(message, types, {.one_line = true}) << "\n";
  } else {
    session.out << PairsText(FieldsOf(message));
  }
}

}  // namespace kyc::cli
