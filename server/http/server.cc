#include "server/http/server.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>
#include <utility>

#include "server/http/connection.h"

// g++ 12 takes Asio's own pair of operators new and delete for coroutine frames as mismatched.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace kyc::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
// Operations give an error code instead of throwing.
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable_t<Executor>{});

// Connections above the limit that are being told so; more are closed at once.
constexpr size_t kTurnedAwayAtOnce = 64;

class Listener : public Server {
 public:
  Listener(net::ListenSocket socket, ServerOptions options, Handler handler)
      : port_(socket.port()) {
    const absl::Duration shortest =
        std::min({options.read_timeout, options.idle_timeout, options.write_timeout});
    tick_ = absl::ToChronoNanoseconds(
        std::clamp(shortest / 8, absl::Milliseconds(10), absl::Seconds(1)));
    shared_.options = std::move(options);
    shared_.handler = std::move(handler);
    shared_.gate = std::make_shared<Gate>(&loop_);
    const tcp protocol = socket.family() == AF_INET6 ? tcp::v6() : tcp::v4();
    acceptor_.assign(protocol, std::move(socket).Release());
    asio::co_spawn(loop_, Accept(), asio::detached);
    asio::co_spawn(loop_, Sweep(), asio::detached);
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Listener() override {
    shared_.gate->Close();
    loop_.stop();
    if (thread_.joinable()) thread_.join();
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
  void Admit(Socket socket);
  bool HasRoom();
  void StartDrain();

  Shared shared_;  // Outlives the connections, which live in the loop.
  asio::io_context loop_{1};
  Acceptor acceptor_{loop_.get_executor()};
  Timer pause_{loop_.get_executor()};  // Before accepting goes on when descriptors ran out.
  Timer sweep_{loop_.get_executor()};
  std::chrono::nanoseconds tick_;
  const uint16_t port_;
  std::thread thread_;
};

Task<void> Listener::Accept() {
  while (acceptor_.is_open()) {
    auto [error, socket] = co_await acceptor_.async_accept(kAwait);
    if (!error) {
      Admit(std::move(socket));
    } else if (error != asio::error::operation_aborted) {
      pause_.expires_after(std::chrono::milliseconds(50));
      co_await pause_.async_wait(kAwait);
    }
  }
}

void Listener::Admit(Socket socket) {
  if (shared_.draining) return;
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  if (HasRoom()) {
    asio::co_spawn(loop_, http::Serve(std::move(socket), &shared_), asio::detached);
  } else if (shared_.turned_away < kTurnedAwayAtOnce) {
    asio::co_spawn(loop_, TurnAway(std::move(socket), &shared_), asio::detached);
  }
}

// Makes it, if need be, by closing the connection that has been idle longest: whoever holds
// connections without asking anything keeps nobody out.
bool Listener::HasRoom() {
  const auto& connections = shared_.connections;
  const size_t served = connections.size() - shared_.turned_away;
  if (served < static_cast<size_t>(shared_.options.max_connections)) return true;
  const auto longest =
      std::min_element(connections.begin(), connections.end(),
                       [](auto* a, auto* b) { return a->IdleSince() < b->IdleSince(); });
  if ((*longest)->IdleSince() == Clock::time_point::max()) return false;
  (*longest)->GiveWay();
  return true;
}

Task<void> Listener::Sweep() {
  while (true) {
    sweep_.expires_after(tick_);
    co_await sweep_.async_wait(kAwait);
    const auto now = Clock::now();
    for (Connection* connection : shared_.connections) connection->Tick(now);
  }
}

void Listener::StartDrain() {
  shared_.draining = true;
  error_code ignored;
  acceptor_.close(ignored);
  for (Connection* connection : shared_.connections) connection->CloseIfIdle();
  shared_.FinishDrain();
}

}  // namespace

std::unique_ptr<Server> Server::Serve(net::ListenSocket socket, ServerOptions options,
                                      Handler handler) {
  return std::make_unique<Listener>(std::move(socket), std::move(options), std::move(handler));
}

}  // namespace kyc::http
