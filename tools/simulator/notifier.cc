#include "tools/simulator/notifier.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cstdio>
#include <utility>

namespace kyc::simulator {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::use_awaitable;

constexpr std::chrono::seconds kTryTimeout(10);
constexpr std::chrono::milliseconds kLongestBackoff(10'000);

asio::awaitable<void> Sleep(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(use_awaitable);
}

}  // namespace

Notifier::Notifier(asio::io_context& io, NotifierOptions options, History& history, bool quiet)
    : io_(io), options_(std::move(options)), history_(history), quiet_(quiet) {}

void Notifier::Send(Upgrade upgrade) {
  if (options_.host.empty() || upgrade.steps.empty()) return;
  if (pending_ >= kPending) {
    std::fprintf(stderr, "netzme: too many notifications wait, one dropped\n");
    return;
  }
  ++pending_;
  asio::co_spawn(asio::make_strand(io_), SendSteps(std::move(upgrade)),
                 [this](const std::exception_ptr&) { --pending_; });
}

asio::awaitable<void> Notifier::SendSteps(Upgrade upgrade) {
  for (const NotifyStep& step : upgrade.steps) {
    co_await Sleep(options_.delay);
    co_await SendUntilTaken(upgrade, step);
  }
}

asio::awaitable<void> Notifier::SendUntilTaken(const Upgrade& upgrade, const NotifyStep& step) {
  const std::string body =
      NotificationBody(upgrade, step, options_.status_inside != step.other_shape);
  const std::string token = step.wrong_token ? "not-the-token" : options_.callback_token;
  // A wrong token is refused for good: once is enough.
  const int tries = step.wrong_token ? 1 : options_.tries;
  std::chrono::milliseconds backoff = options_.first_backoff;
  for (int attempt = 1; attempt <= tries; ++attempt) {
    const int status = co_await Post(body, token);
    history_.AddNotification({{"reference", upgrade.reference},
                              {"status", step.status},
                              {"attempt", attempt},
                              {"http_status", status}});
    if (!quiet_) {
      std::fprintf(stderr, "netzme: notification %s, try %d: HTTP %d\n", step.status.c_str(),
                   attempt, status);
    }
    if (status == 200 || attempt == tries) co_return;
    co_await Sleep(backoff);
    backoff = std::min(backoff * 2, kLongestBackoff);
  }
}

asio::awaitable<int> Notifier::Post(const std::string& body, const std::string& token) {
  const auto executor = co_await asio::this_coro::executor;
  try {
    asio::ip::tcp::resolver resolver(executor);
    const auto places =
        co_await resolver.async_resolve(options_.host, options_.port, use_awaitable);
    beast::tcp_stream stream(executor);
    stream.expires_after(kTryTimeout);
    co_await stream.async_connect(places, use_awaitable);
    http::request<http::string_body> request(http::verb::post, options_.target, 11, body);
    request.set(http::field::host, options_.host + ":" + options_.port);
    request.set(http::field::accept, "application/json");
    request.set(http::field::content_type, "application/json");
    request.set("x-callback-token", token);
    request.keep_alive(false);
    request.prepare_payload();
    co_await http::async_write(stream, request, use_awaitable);
    beast::flat_buffer buffer;
    http::response<http::string_body> response;
    co_await http::async_read(stream, buffer, response, use_awaitable);
    co_return response.result_int();
  } catch (const boost::system::system_error&) {
    co_return 0;
  }
}

}  // namespace kyc::simulator
