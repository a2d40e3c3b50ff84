#include "server/http/handshakes.h"

#include <openssl/err.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include "absl/strings/str_cat.h"
#include "server/call/steady_now.h"

// g++ 12 takes Asio's own pair of operators new and delete for coroutine frames as mismatched.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace kyc::http {
namespace {

// How long one source's connections may wait in line: they are heard before their senders give up.
constexpr int kSecondsInLine = 2;

// OpenSSL's words, of no input's; empty where the peer only went away.
std::string WhyOf(boost::system::error_code end) {
  if (end == boost::asio::error::operation_aborted) return "it took too long";
  if (end.category() != boost::asio::error::get_ssl_category()) return "";
  const char* reason = ERR_reason_error_string(static_cast<unsigned long>(end.value()));
  return reason == nullptr ? "no reason" : reason;
}

}  // namespace

Handshakes::Handshakes(Executor loop, const ServerOptions& options)
    : name_(options.name),
      metrics_(options.metrics),
      sessions_(options.pair),
      line_({.a_second = options.handshakes_a_second,
             .at_once = options.handshakes_at_once,
             .of_one_source = options.handshakes_a_second * kSecondsInLine}),
      next_turn_(loop),
      lines_(options.log) {}

Task<bool> Handshakes::AwaitTurn(const std::string& source, Timer& wake) {
  const uint64_t id = ++last_id_;
  if (!line_.Add(source, id, 1)) {
    if (metrics_ != nullptr) metrics_->ConnectionCame(name_, "line_full");
    co_return false;
  }
  wake.expires_at(Clock::time_point::max());
  waiting_.emplace(id, &wake);
  ServeThoseInTurn();
  if (waiting_.contains(id)) co_await wake.async_wait(kAwait);
  if (waiting_.erase(id) == 0) co_return true;
  line_.Remove(source, id);
  if (metrics_ != nullptr) metrics_->ConnectionCame(name_, "gone");
  co_return false;
}

void Handshakes::ServeThoseInTurn() {
  while (const auto next = line_.Next(SteadyNow())) {
    const auto at = waiting_.find(*next);
    at->second->cancel();
    waiting_.erase(at);
  }
  if (line_.size() == 0) return;
  next_turn_.expires_after(absl::ToChronoNanoseconds(line_.NextTime() - SteadyNow()));
  next_turn_.async_wait([this](boost::system::error_code error) {
    if (!error) ServeThoseInTurn();
  });
}

void Handshakes::Tell(boost::system::error_code end, const IpAddress& from) {
  const std::string why = end ? WhyOf(end) : "";
  if (metrics_ != nullptr) {
    metrics_->ConnectionCame(name_, !end ? "served" : why.empty() ? "gone" : "no_handshake");
  }
  if (why.empty()) return;
  lines_.Say(absl::StrCat("not let in: no TLS handshake with ", name_, ": ", why,
                          " from=", addresses_.Known(from.Text(), SteadyNow())));
}

}  // namespace kyc::http
