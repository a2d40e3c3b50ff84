#include "server/rpc/server.h"

#include <grpc/grpc.h>
#include <grpc/support/time.h>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/time/clock.h"
#include "server/rpc/call.h"
#include "server/rpc/send_off.h"

namespace kyc::rpc {
namespace {

// Requests for a call that lie ready at gRPC. With one, each call costs four times the CPU.
constexpr int kAccepting = 128;
// How often the calls' limits are looked at.
constexpr absl::Duration kSweepInterval = absl::Milliseconds(250);
// How long calls still run that arrive after GOAWAY: they were on their way.
constexpr absl::Duration kLastCalls = absl::Seconds(1);
// How often a drain looks whether somebody is still there.
constexpr absl::Duration kLook = absl::Milliseconds(20);
constexpr absl::Duration kIdleConnection = absl::Minutes(5);
// How long after `timeout` a drain waits for calls that it has ended, then for connections, then
// for its thread. Each of these ends by itself, unless something is broken.
constexpr absl::Duration kLastEnds = absl::Seconds(5);
constexpr int64_t kLastConnectionsMs = 250;
constexpr absl::Duration kLastTags = absl::Seconds(5);

// 64 KiB for the caller's headers, and what HTTP/2 and gRPC have beside them.
constexpr int kMaxHeaders = 66 << 10;
// From a connection's beginning to its client's settings.
constexpr absl::Duration kToIntroduceOneself = absl::Seconds(5);
// Calls on one connection at once: clients that heed it wait by themselves.
constexpr int kCallsOfAConnection = 20'000;
// Memory is short: at how many looks in a row until large messages go, too.
constexpr int kLargeReadsGo = 3;

void Configure(grpc::ServerBuilder& builder, const config::Grpc& limits) {
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             std::max(kCallsOfAConnection, limits.max_streams));
  builder.AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);
  // Two servers on one port would share its calls: the second must fail instead.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // The bandwidth probe enlarges the window of every stream, also of those that nobody reads yet.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  // gRPC would end a call at its caller's deadline with a bare code: rpc::Call says more, in time.
  builder.AddChannelArgument(GRPC_ARG_ENABLE_DEADLINE_CHECKS, 0);
  // Finds callers that vanished, and lets theirs find us.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // One each 5 s is what server/README.md allows; whose clock is faster is not counted against it.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 4'000);
  // A connection without a call is nobody's.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS,
                             static_cast<int>(absl::ToInt64Milliseconds(kIdleConnection)));
  // Announced, so that most callers' libraries refuse more by themselves; what is sent all the same
  // ends the connection, with all its calls. Between 64 KiB and this, only its call: rpc::Call
  // refuses it.
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxHeaders);
  // Who says nothing, or does not finish TLS, is not kept.
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS,
                             static_cast<int>(absl::ToInt64Milliseconds(kToIntroduceOneself)));
  // No GRPC_ARG_MAX_CONNECTION_AGE_MS: whatever it is, its grace must be longer than the longest
  // deadline (5 minutes) and than any stream, or calls that may have been billed are cut without an
  // answer. Connections live as long as their callers want; a drain ends them.
  // A compressed message would be inflated before its size is checked: refused, UNIMPLEMENTED.
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
}

}  // namespace

Server::Server(config::Grpc limits, std::vector<config::Caller> callers, Metrics& metrics,
               absl::Duration longest_way, RepeatedLines::Write log)
    : limits_(std::move(limits)),
      longest_way_(longest_way),
      callers_(std::move(callers)),
      metrics_(metrics),
      not_let_in_(metrics, std::move(log)),
      queue_(builder_.AddCompletionQueue()),
      loop_(std::make_unique<CqLoop>(queue_.get())),
      connections_(builder_, *loop_, limits_, metrics_),
      guard_(limits_.max_request_bytes_in_flight) {}

Server::~Server() {
  Drain(absl::ZeroDuration());
  if (loop_ == nullptr) return;  // Left behind.
  if (server_ != nullptr) server_->Shutdown(absl::ToChronoTime(absl::Now()));
  loop_->EndUnrun();
}

void Server::Add(Method method) {
  std::string name = method.name;
  methods_.emplace(std::move(name), std::move(method));
}

void Server::MakeScope() {
  // gRPC judges a message's size when it has all of it; rpc::Call does that as well, and says so.
  builder_.SetMaxReceiveMessageSize(-1);
  admission_ = std::make_unique<Admission>(
      *loop_, AdmissionLimits{limits_.max_request_bytes_in_flight, limits_.overload_wait},
      [loop = loop_.get()] { return loop->now(); });
  scope_.reset(new CallScope{*loop_, *admission_, metrics_, limits_, callers_, not_let_in_});
  scope_->methods = std::move(methods_);
  scope_->call_ended = std::move(call_ended_);
  scope_->sampling = sampling_;
  scope_->queue = queue_.get();
  scope_->id_seed = std::random_device()() * uint64_t{0x100000000} + std::random_device()();
}

// Ends what has been in its phase for too long. Cheaper than a timer for each call.
void Server::Sweep() {
  const absl::Time now = loop_->now();
  const std::vector<Call*> open(scope_->open.begin(), scope_->open.end());
  for (Call* call : open) {
    // One may be over because another ended.
    if (scope_->open.contains(call)) call->EndIfOverdue(now);
  }
  EndLongReads(open, now);
  connections_.ReportCut();
  scope_->ReportOpen();  // Bytes are given back without a call's end, too.
  loop_->After(kSweepInterval, [this] { Sweep(); });
}

// Where somebody sends more than its method takes: only what is still being sent can be it. First
// those that should be over at once; others only where that does not help.
void Server::EndLongReads(const std::vector<Call*>& open, absl::Time now) {
  const int looks = guard_.Look(scope_->admitted());
  if (looks == 0) return;
  for (Call* call : open) {
    if (!scope_->open.contains(call)) continue;
    if (looks >= kLargeReadsGo || call->ReadsLittle()) call->EndLongRead(now);
  }
}

// Latest first: calls that wait in line for an upstream go before those they wait for. In any other
// order what one call gives up would let the next be sent, only to be ended in the middle.
void Server::EndAll() {
  std::vector<Call*> open(scope_->open.begin(), scope_->open.end());
  absl::c_sort(open, [](const Call* a, const Call* b) { return a->turn() > b->turn(); });
  for (Call* call : open) {
    if (scope_->open.contains(call)) call->EndByDrain();
  }
}

absl::Status Server::Listen(const std::vector<Listener>& listeners) {
  Configure(builder_, limits_);
  MakeScope();
  for (const Listener& listener : listeners) {
    const absl::Status bound = connections_.Listen(listener);
    if (!bound.ok()) return bound;
  }
  if (absl::Status prepared = connections_.Prepare(); !prepared.ok()) return prepared;
  builder_.RegisterAsyncGenericService(&scope_->generic);
  server_ = builder_.BuildAndStart();
  if (server_ != nullptr) return absl::OkStatus();
  return absl::UnavailableError("gRPC made no server of the configuration, and does not say why");
}

void Server::Serve() {
  for (int i = 0; i < kAccepting; ++i) Call::AcceptNext(*scope_);
  loop_->Post([this] { Sweep(); });
  thread_ = std::thread([loop = loop_.get(), ended = ended_] {
    loop->Run();
    ended->Notify();
  });
  connections_.StartAccepting();
  std::vector<Watchdog::Watched> listeners;
  for (size_t i = 0; i < ports().size(); ++i) {
    listeners.push_back({connections_.field(i), [this, i] { return Answers(i); }});
  }
  watchdog_ = std::make_unique<Watchdog>(std::move(listeners), Watchdog::Times(),
                                         [this](const std::string& name, bool answered) {
                                           metrics_.ListenerAnswered(name, answered);
                                         });
}

std::string Server::DeafListener() const {
  return watchdog_ == nullptr ? "" : watchdog_->WhoIsSilent();
}

void Server::UseCallers(std::vector<config::Caller> callers) {
  loop_->Post([this, callers = Callers(std::move(callers))]() mutable {
    callers_ = std::move(callers);
    const std::vector<Call*> open(scope_->open.begin(), scope_->open.end());
    for (Call* call : open) {
      if (scope_->open.contains(call)) call->JudgeAgain();
    }
  });
}

void Server::BeginDrain() {
  if (server_ == nullptr) return;
  loop_->Post([state = serving_] { state->Leave(); });
}

bool Server::Drain(absl::Duration timeout) {
  if (!thread_.joinable()) return loop_ != nullptr;
  BeginDrain();
  watchdog_->Stop();
  connections_.StopAccepting();
  SendOff(*server_);
  const auto quiet = std::make_shared<absl::Notification>();
  loop_->Post([this, timeout, quiet] {
    quiet_ = quiet;
    TakeLastCalls(timeout);
  });
  quiet->WaitForNotificationWithTimeout(timeout + kLastEnds);
  server_->Shutdown(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                 gpr_time_from_millis(kLastConnectionsMs, GPR_TIMESPAN)));
  loop_->End();
  return Join();
}

void Server::TakeLastCalls(absl::Duration timeout) {
  scope_->serving = Serving::kLastCalls;
  scope_->on_change = [this] { OnChange(); };
  const std::vector<Call*> open(scope_->open.begin(), scope_->open.end());
  for (Call* call : open) {
    if (scope_->open.contains(call)) call->BeginDrain();
  }
  loop_->After(kLastCalls, [this] { scope_->serving = Serving::kNothing; });
  loop_->After(timeout, [this] {
    scope_->serving = Serving::kNothing;
    EndAll();
  });
  OnChange();
  LookForQuiet();
}

// A call arrived or ended.
void Server::OnChange() {
  const bool waited_for =
      absl::c_any_of(scope_->open, [](const Call* call) { return call->IsWaitedFor(); });
  quiet_since_ = waited_for ? absl::InfiniteFuture() : std::min(quiet_since_, loop_->now());
}

// Until no caller's call is open and none can come any more; what anybody may call is not waited
// for.
void Server::LookForQuiet() {
  const bool all_told = quiet_since_ != absl::InfiniteFuture() && connections_.open() == 0;
  if (all_told || loop_->now() - quiet_since_ > longest_way_) {
    if (scope_->open.empty()) return quiet_->Notify();
    EndAll();
  }
  loop_->After(kLook, [this] { LookForQuiet(); });
}

bool Server::Join() {
  if (ended_->WaitForNotificationWithTimeout(kLastTags)) {
    thread_.join();
    server_.reset();
    return true;
  }
  // A tag that gRPC does not give back, or far too many of them: what they belong to is left as it
  // is, for the process ends.
  loop_->Abandon();
  thread_.detach();
  server_.release();
  scope_.release();
  admission_.release();
  loop_.release();
  queue_.release();
  return false;
}

}  // namespace kyc::rpc
