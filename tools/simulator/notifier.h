// Netzme: tells the gateway what became of an upgrade.
#ifndef TOOLS_SIMULATOR_NOTIFIER_H_
#define TOOLS_SIMULATOR_NOTIFIER_H_

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <string>

#include "tools/simulator/exchange.h"
#include "tools/simulator/history.h"

namespace kyc::simulator {

struct NotifierOptions {
  std::string host;  // Empty: nothing is ever sent.
  std::string port;
  std::string target;
  std::string callback_token;
  bool status_inside = false;  // The document's second shape: status within additionalInfo.
  std::chrono::milliseconds delay{300};
  std::chrono::milliseconds first_backoff{200};  // Doubled after each try, at most 10 s.
  int tries = 10;                                // For each notification, until a 200.
};

// Runs on `io`, which must be stopped before this dies. Send is thread-safe; at most kPending
// upgrades wait at a time, further ones are dropped and logged.
class Notifier {
 public:
  static constexpr int kPending = 10'000;

  Notifier(boost::asio::io_context& io, NotifierOptions options, History& history, bool quiet);

  void Send(Upgrade upgrade);

 private:
  boost::asio::awaitable<void> SendSteps(Upgrade upgrade);
  boost::asio::awaitable<void> SendUntilTaken(const Upgrade& upgrade, const NotifyStep& step);
  // The HTTP status, or 0 if there was none.
  boost::asio::awaitable<int> Post(const std::string& body, const std::string& token);

  boost::asio::io_context& io_;
  const NotifierOptions options_;
  History& history_;
  const bool quiet_;
  std::atomic<int> pending_ = 0;
};

// The body as the document prints it, in one of its two shapes. Pure.
std::string NotificationBody(const Upgrade& upgrade, const NotifyStep& step, bool status_inside);

}  // namespace kyc::simulator

#endif  // TOOLS_SIMULATOR_NOTIFIER_H_
