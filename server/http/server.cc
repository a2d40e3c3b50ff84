#include "server/http/server.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <string>
#include <thread>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "server/http/connection.h"
#include "server/net/taker.h"

// g++ 12 takes Asio's own pair of operators new and delete for coroutine frames as mismatched.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace kyc::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Watched = asio::posix::basic_stream_descriptor<Executor>;

// Connections above the limit that are being told so; more are closed at once.
constexpr size_t kTurnedAwayAtOnce = 64;
// How long nobody is accepted after descriptors ran out.
constexpr auto kWithoutDescriptors = std::chrono::milliseconds(10);

class Listener : public Server {
 public:
  Listener(net::ListenSocket socket, ServerOptions options, Handler handler)
      : protocol_(socket.family(), 0), port_(socket.port()), socket_(std::move(socket)) {
    const absl::Duration shortest =
        std::min({options.read_timeout, options.idle_timeout, options.write_timeout});
    tick_ = absl::ToChronoNanoseconds(
        std::clamp(shortest / 8, absl::Milliseconds(10), absl::Seconds(1)));
    shared_.options = std::move(options);
    shared_.handler = std::move(handler);
    shared_.gate = std::make_shared<Gate>(&loop_);
    if (shared_.options.pair != nullptr) {
      shared_.handshakes = &handshakes_.emplace(loop_.get_executor(), shared_.options);
    }
    listening_.assign(socket_->descriptor());
    asio::co_spawn(loop_, Accept(), asio::detached);
    asio::co_spawn(loop_, Sweep(), asio::detached);
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Listener() override {
    shared_.gate->Close();
    loop_.stop();
    if (thread_.joinable()) thread_.join();
    StopListening();
    shared_.drained = nullptr;  // Requests that end with the loop do not end a drain.
  }

  uint16_t port() const override { return port_; }
  void Drain(absl::AnyInvocable<void() &&> drained) override {
    shared_.gate->Post([this, drained = std::move(drained)]() mutable {
      shared_.drained = std::move(drained);
      StartDrain();
    });
  }

 private:
  Task<void> Accept();
  Task<void> Sweep();
  // False: descriptors are short, so that it is better to wait.
  bool AcceptOne();
  void Admit(net::Taker::Taken taken);
  bool HasRoom(const std::string& source);
  bool MakeRoom(absl::FunctionRef<bool(const Connection&)> of);
  void StartDrain();
  void StopListening();

  Shared shared_;  // Outlives the connections, which live in the loop.
  asio::io_context loop_{1};
  absl::optional<Handshakes> handshakes_;
  Watched listening_{loop_.get_executor()};  // Of socket_.
  Timer pause_{loop_.get_executor()};        // Before accepting goes on when descriptors ran out.
  Timer sweep_{loop_.get_executor()};
  std::chrono::nanoseconds tick_;
  net::Taker taker_;
  const asio::generic::stream_protocol protocol_;
  const uint16_t port_;
  absl::optional<net::ListenSocket> socket_;  // Nullopt once nobody is accepted any more.
  std::thread thread_;
};

Task<void> Listener::Accept() {
  while (listening_.is_open()) {
    const auto [error] = co_await listening_.async_wait(Watched::wait_read, kAwait);
    if (!listening_.is_open() || (!error && AcceptOne())) continue;
    pause_.expires_after(kWithoutDescriptors);
    co_await pause_.async_wait(kAwait);
  }
}

// One at a time: what was admitted is counted once its coroutine has begun.
bool Listener::AcceptOne() {
  net::Taker::Taken taken = taker_.Take(listening_.native_handle());
  switch (taken.what) {
    case net::Taker::What::kTaken:
      Admit(std::move(taken));
      return true;
    case net::Taker::What::kNobody:
      return true;
    case net::Taker::What::kShed:
      shared_.Tell("no_descriptor");
      return false;
    case net::Taker::What::kNotNow:
      break;
  }
  return false;
}

void Listener::Admit(net::Taker::Taken taken) {
  if (shared_.draining) return;
  const bool room = HasRoom(taken.source);
  if (!room && shared_.turned_away >= kTurnedAwayAtOnce) return;
  Socket socket(loop_.get_executor());
  error_code failed;
  socket.assign(protocol_, taken.connection.Release(), failed);
  if (failed) return;
  Peer peer{std::move(taken.source), taken.address};
  auto served = room ? http::Serve(std::move(socket), std::move(peer), &shared_)
                     : TurnAway(std::move(socket), std::move(peer), &shared_);
  asio::co_spawn(loop_, std::move(served), asio::detached);
  if (room && shared_.handshakes == nullptr) shared_.Tell("served");
}

// Makes it, if need be, by closing the connection that has been idle longest, of the same source
// where that has its share: whoever holds connections without asking anything keeps nobody out.
bool Listener::HasRoom(const std::string& source) {
  const int served = static_cast<int>(shared_.connections.size() - shared_.turned_away);
  const ServerOptions& options = shared_.options;
  const auto of_it = [&source](const Connection& c) { return c.source() == source; };
  const int left = options.max_connections - served;
  const int has = static_cast<int>(
      absl::c_count_if(shared_.connections, [&](const Connection* c) { return of_it(*c); }));
  const int most = options.max_connections_of_a_source > 0 ? options.max_connections_of_a_source
                                                           : std::max(1, (left + has) / 2);
  if (has >= most) {
    if (MakeRoom(of_it)) return true;
    shared_.Tell("source_full");
    return false;
  }
  if (left > 0 || MakeRoom([](const Connection&) { return true; })) return true;
  shared_.Tell("full");
  return false;
}

bool Listener::MakeRoom(absl::FunctionRef<bool(const Connection&)> of) {
  Connection* longest = nullptr;
  for (Connection* connection : shared_.connections) {
    if (!of(*connection)) continue;
    if (longest == nullptr || connection->IdleSince() < longest->IdleSince()) longest = connection;
  }
  if (longest == nullptr || longest->IdleSince() == Clock::time_point::max()) return false;
  longest->GiveWay();
  return true;
}

Task<void> Listener::Sweep() {
  while (true) {
    sweep_.expires_after(tick_);
    co_await sweep_.async_wait(kAwait);
    const auto now = Clock::now();
    for (Connection* connection : shared_.connections) connection->Tick(now);
    if (shared_.options.metrics == nullptr) continue;
    const auto open = static_cast<int64_t>(shared_.connections.size());
    shared_.options.metrics->ConnectionsOpen(shared_.options.name, open, 0);
  }
}

void Listener::StartDrain() {
  shared_.draining = true;
  StopListening();
  for (Connection* connection : shared_.connections) connection->CloseIfIdle();
  shared_.FinishDrain();
}

// The descriptor is socket_'s, which closes it, and removes it from the file system.
void Listener::StopListening() {
  if (listening_.is_open()) listening_.release();
  socket_.reset();
}

}  // namespace

std::unique_ptr<Server> Server::Serve(net::ListenSocket socket, ServerOptions options,
                                      Handler handler) {
  return std::make_unique<Listener>(std::move(socket), std::move(options), std::move(handler));
}

}  // namespace kyc::http
