#include "server/http/server.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
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
  Listener(ServerOptions options, Handler handler) {
    const absl::Duration shortest =
        std::min({options.read_timeout, options.idle_timeout, options.write_timeout});
    tick_ = absl::ToChronoNanoseconds(
        std::clamp(shortest / 8, absl::Milliseconds(10), absl::Seconds(1)));
    shared_.options = std::move(options);
    shared_.handler = std::move(handler);
    shared_.gate = std::make_shared<Gate>(&loop_);
  }
  ~Listener() override {
    shared_.gate->Close();
    loop_.stop();
    if (thread_.joinable()) thread_.join();
    shared_.drained = nullptr;  // Requests that end with the loop do not end a drain.
  }

  absl::Status Listen();
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
  uint16_t port_ = 0;
  std::thread thread_;
};

// The endpoint of "host:port" or "[host]:port".
absl::StatusOr<tcp::endpoint> Resolve(const std::string& address, asio::io_context& loop) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return absl::InvalidArgumentError("not host:port");
  std::string host = address.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  error_code error;
  const auto found =
      tcp::resolver(loop).resolve(host, address.substr(colon + 1),
                                  tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error) return absl::InvalidArgumentError(error.message());
  return found.begin()->endpoint();
}

absl::Status Listener::Listen() {
  const auto cannot = [this](absl::string_view why) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", shared_.options.address, ": ", why));
  };
  const absl::StatusOr<tcp::endpoint> endpoint = Resolve(shared_.options.address, loop_);
  if (!endpoint.ok()) return cannot(endpoint.status().message());
  error_code error;
  acceptor_.open(endpoint->protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(*endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) return cannot(error.message());
  port_ = acceptor_.local_endpoint().port();
  asio::co_spawn(loop_, Accept(), asio::detached);
  asio::co_spawn(loop_, Sweep(), asio::detached);
  thread_ = std::thread([this] { loop_.run(); });
  return absl::OkStatus();
}

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
    asio::co_spawn(loop_, Serve(std::move(socket), &shared_), asio::detached);
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

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options, Handler handler) {
  auto listener = std::make_unique<Listener>(std::move(options), std::move(handler));
  if (absl::Status status = listener->Listen(); !status.ok()) return status;
  return listener;
}

}  // namespace kyc::http
