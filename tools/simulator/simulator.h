// The three companies behind one port.
#ifndef TOOLS_SIMULATOR_SIMULATOR_H_
#define TOOLS_SIMULATOR_SIMULATOR_H_

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_set>

#include "tools/simulator/finpay.h"
#include "tools/simulator/history.h"
#include "tools/simulator/http_server.h"
#include "tools/simulator/notifier.h"

namespace kyc::simulator {

// The defaults are the documents' samples where they have one.
struct Options {
  std::string host = "127.0.0.1";
  uint16_t port = 0;  // 0: a free one.
  std::string finpay_base = "/finpay/api/v1.0";
  std::string widekyc_base = "/widekyc";  // Also served without it.
  std::string widekyc_token = "sim-token";
  FinpayAccount finpay = {"AGREE170724", "123456", "1234567890123456", "1234567890123456"};
  bool refuse_duplicates = false;
  NotifierOptions notifier;
  std::chrono::milliseconds delay{0};
  bool quiet = false;
};

// Serves while `io` runs; `io` must be stopped before this dies.
class Simulator {
 public:
  Simulator(boost::asio::io_context& io, Options options);

  uint16_t port() const { return server_.port(); }

 private:
  std::optional<Answer> AnswerEarly(const Request& partial) const;
  Answer AnswerWhole(const Request& request);
  Answer AnswerSim(const Request& request, const std::string& path);
  Exchange AnswerCompany(const Request& request, const std::string& path);
  bool SeenBefore(const std::string& reference);
  void Log(const Exchange& exchange, const std::string& path, size_t bytes) const;

  const Options options_;
  History history_;
  Notifier notifier_;
  std::mutex mutex_;
  std::unordered_set<std::string> seen_;  // partnerReferenceNo, with refuse_duplicates only.
  HttpServer server_;
};

}  // namespace kyc::simulator

#endif  // TOOLS_SIMULATOR_SIMULATOR_H_
