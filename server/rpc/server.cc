#include "server/rpc/server.h"

#include <grpc/grpc.h>
#include <grpcpp/security/server_credentials.h>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/net/listen_socket.h"

namespace kyc::rpc {
namespace {

// Requests for a call that lie ready at gRPC. With one, each call costs four times the CPU.
constexpr int kAccepting = 128;
// Calls that wait for room; each holds at most the 64 KiB that flow control lets through unread.
constexpr size_t kMaxWaiting = 2000;
constexpr absl::Duration kSweepInterval = absl::Seconds(1);

void Configure(grpc::ServerBuilder& builder) {
  builder.AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);
  // Two servers on one port would share its calls: the second must fail instead.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // The bandwidth probe enlarges the window of every stream, also of those that nobody reads yet.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  // Finds callers that vanished, and lets theirs find us.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  // No GRPC_ARG_MAX_CONNECTION_AGE_MS: whatever it is, its grace must be longer than the longest
  // deadline (5 minutes) and than any stream, or calls that may have been billed are cut without an
  // answer. Connections live as long as their callers want; a drain ends them.
  // A compressed message would be inflated before its size is checked: refused, UNIMPLEMENTED.
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
}

}  // namespace

Server::Server(config::Grpc limits, std::vector<config::Caller> callers, Metrics& metrics)
    : limits_(std::move(limits)),
      callers_(std::move(callers)),
      metrics_(metrics),
      queue_(builder_.AddCompletionQueue()),
      loop_(std::make_unique<CqLoop>(queue_.get())) {}

Server::~Server() {
  Drain(absl::ZeroDuration());
  if (server_ != nullptr) server_->Shutdown(absl::ToChronoTime(absl::Now()));
  loop_->EndUnrun();
}

void Server::Add(Method method) {
  std::string name = method.name;
  methods_.emplace(std::move(name), std::move(method));
}

void Server::MakeScope() {
  size_t largest = 0;
  for (const auto& [name, method] : methods_) largest = std::max(largest, method.max_request_bytes);
  builder_.SetMaxReceiveMessageSize(static_cast<int>(largest));
  const AdmissionLimits limits = {limits_.max_request_bytes_in_flight,
                                  static_cast<int64_t>(largest), kMaxWaiting,
                                  limits_.overload_wait};
  admission_ = std::make_unique<Admission>(*loop_, limits);
  scope_.reset(new CallScope{*loop_, *admission_, metrics_, limits_, callers_});
  scope_->methods = std::move(methods_);
  scope_->queue = queue_.get();
  scope_->id_seed = std::random_device()() * uint64_t{0x100000000} + std::random_device()();
}

void Server::ForEachOpen(absl::FunctionRef<void(Call*)> act) {
  // A copy: calls may end meanwhile, though none is freed before its last tag.
  const std::vector<Call*> open(scope_->open.begin(), scope_->open.end());
  for (Call* call : open) act(call);
}

// Ends what its caller keeps open without doing its part. Cheaper than a timer for each call.
void Server::Sweep() {
  ForEachOpen([](Call* call) { call->EndIfOverdue(); });
  loop_->At(absl::Now() + kSweepInterval, [this] { Sweep(); });
}

// Latest first: calls that wait in line for an upstream go before those they wait for. In any other
// order what one call gives up would let the next be sent, only to be ended in the middle.
void Server::EndAll() {
  std::vector<Call*> open(scope_->open.begin(), scope_->open.end());
  absl::c_sort(open, [](const Call* a, const Call* b) { return a->turn() > b->turn(); });
  for (Call* call : open) call->EndByDrain();
}

absl::Status Server::Listen() {
  Configure(builder_);
  MakeScope();
  builder_.AddListeningPort(limits_.listen, grpc::InsecureServerCredentials(), &port_);
  builder_.RegisterAsyncGenericService(&scope_->generic);
  server_ = builder_.BuildAndStart();
  if (server_ != nullptr && port_ != 0) return absl::OkStatus();
  // gRPC keeps the reason to itself.
  const absl::Status why = net::ListenSocket::Open(limits_.listen).status();
  if (!why.ok()) return why;
  return absl::UnavailableError(
      absl::StrCat("cannot listen on ", limits_.listen, ": it was in use a moment ago"));
}

void Server::Serve() {
  for (int i = 0; i < kAccepting; ++i) Call::AcceptNext(*scope_);
  loop_->Post([this] { Sweep(); });
  thread_ = std::thread([this] { loop_->Run(); });
}

void Server::UseCallers(std::vector<config::Caller> callers) {
  loop_->Post([this, callers = std::move(callers)]() mutable { callers_ = std::move(callers); });
}

void Server::BeginDrain() {
  if (server_ == nullptr) return;
  loop_->Post([state = serving_] { state->Leave(); });
}

void Server::Drain(absl::Duration timeout) {
  if (!thread_.joinable()) return;
  BeginDrain();
  absl::Notification idle;
  loop_->Post([this, &idle, timeout] {
    scope_->draining = true;
    scope_->on_ended = [this, &idle] {
      if (scope_->open.empty()) {
        scope_->on_ended = nullptr;
        return idle.Notify();
      }
      if (!absl::c_any_of(scope_->open, [](const Call* call) { return call->IsOfACaller(); })) {
        EndAll();
      }
    };
    ForEachOpen([](Call* call) { call->BeginDrain(); });
    loop_->At(absl::Now() + timeout, [this] { EndAll(); });
    std::function<void()>(scope_->on_ended)();  // A copy: it may take itself away.
  });
  idle.WaitForNotification();
  server_->Shutdown(absl::ToChronoTime(absl::Now()));
  loop_->End();
  thread_.join();
  server_.reset();
}

}  // namespace kyc::rpc
