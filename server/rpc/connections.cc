#include "server/rpc/connections.h"

#include <grpcpp/security/server_credentials.h>

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/types/optional.h"
#include "server/rpc/ask_health.h"

namespace kyc::rpc {

using frames::Wire;

namespace {

// What agreeing on keys costs, in connections that need none.
constexpr int kPriceOfTls = 3;
// As many callers as are usual come back at once when a gateway has been started again.
constexpr int kInOneGo = 1'000;
// The source of its own connections: no address is written so.
constexpr char kItself[] = "this process itself";
// Far longer than the loop needs to come round.
constexpr absl::Duration kLongestTurn = absl::Seconds(5);

using Acceptor = grpc::experimental::ExternalConnectionAcceptor;

std::shared_ptr<Acceptor> AcceptorWith(
    grpc::ServerBuilder& builder, const std::shared_ptr<grpc::ServerCredentials>& credentials) {
  return builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, credentials);
}

}  // namespace

Connections::Connections(grpc::ServerBuilder& builder, Loop& loop, const config::Grpc& limits,
                         Metrics& metrics)
    : builder_(builder), loop_(loop), limits_(limits), metrics_(metrics) {}

absl::Status Connections::Listen(const Listener& listener) {
  const Wire wire = listener.at.tls.has_value() ? Wire::kTls : Wire::kPlain;
  if (absl::Status proven = Prove(wire); !proven.ok()) return proven;
  absl::StatusOr<net::ListenSocket> socket = net::ListenSocket::Open(listener.at.address);
  if (!socket.ok()) {
    return absl::Status(socket.status().code(),
                        absl::StrCat(socket.status().message(), " (", listener.at.field, ")"));
  }
  ports_.push_back(socket->port());
  fields_.push_back(listener.at.field);
  names_.push_back(net::SocketName::Of(socket->descriptor()));
  const std::shared_ptr<Acceptor> acceptor = AcceptorWith(builder_, listener.credentials);
  if (own_ == nullptr) own_ = AcceptorWith(builder_, grpc::InsecureServerCredentials());
  const auto serve = [this, acceptor, wire](int connection, const std::string& source) {
    if (wire == Wire::kPlain && !frames::CountReadsOf(connection, source)) return false;
    HandOver(acceptor, connection, source);
    return true;
  };
  listeners_.push_back({*std::move(socket), wire == Wire::kTls ? kPriceOfTls : 1, serve,
                        [this](int connection) { return ServeOwn(connection); }});
  return absl::OkStatus();
}

// On the loop's thread: what a connection brings at once libgrpc reads where it is handed over, for
// as long as it comes, and would keep the accepting thread from accepting.
void Connections::HandOver(const std::shared_ptr<Acceptor>& acceptor, int connection,
                           const std::string& source) {
  loop_.Post([acceptor, owned = net::Descriptor(connection), source]() mutable {
    const frames::SessionsOf of(source);
    Acceptor::NewConnectionParameters taken;
    taken.fd = owned.Release();
    acceptor->HandleNewConnection(&taken);
  });
}

bool Connections::ServeOwn(int connection) {
  if (!own_peers_.Has(connection) || !frames::CountReadsOf(connection, kItself)) return false;
  HandOver(own_, connection, kItself);
  return true;
}

bool Connections::Answers(size_t listener, absl::Duration patience) {
  const absl::optional<net::OwnPeers::Peer> peer = own_peers_.Connect(names_[listener], patience);
  return peer.has_value() && AnswersHealth(peer->descriptor(), patience);
}

absl::Status Connections::Prove(Wire wire) {
  if (limits_.serve_uncounted || absl::c_linear_search(proven_, wire)) return absl::OkStatus();
  absl::Status proven = frames::ProveReadsAreCounted(wire);
  if (proven.ok()) proven_.push_back(wire);
  return proven;
}

absl::Status Connections::Prepare() {
  const config::Connections& limits = limits_.connections;
  auto made =
      net::AcceptLoop::Make("grpc", std::move(listeners_),
                            net::ConnectionLimits{.in_all = limits.max,
                                                  .of_a_source = limits.max_of_a_source,
                                                  .a_second = limits.a_second,
                                                  .in_one_go = std::max(kInOneGo, limits.a_second)},
                            metrics_);
  if (!made.ok()) return made.status();
  accepting_ = *std::move(made);
  return absl::OkStatus();
}

void Connections::StopAccepting() {
  if (accepting_ == nullptr) return;
  accepting_->StopAccepting();
  const auto handed_over = std::make_shared<absl::Notification>();
  loop_.Post([handed_over] { handed_over->Notify(); });
  handed_over->WaitForNotificationWithTimeout(kLongestTurn);
}

void Connections::ReportCut() {
  const frames::Seen now = frames::SeenSoFar();
  const auto report = [&](absl::string_view why, int64_t frames::Seen::*count) {
    if (now.*count != reported_.*count) metrics_.ConnectionsCut(why, now.*count - reported_.*count);
  };
  report("not_http2", &frames::Seen::not_http2);
  report("header_block", &frames::Seen::header_block);
  report("control_frames", &frames::Seen::control_frames);
  report("work", &frames::Seen::work);
  report("source", &frames::Seen::source);
  report("crowd", &frames::Seen::crowd);
  reported_ = now;
}

}  // namespace kyc::rpc
