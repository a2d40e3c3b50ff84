// A running simulator and a receiver of its notifications. For tests.
#ifndef TOOLS_SIMULATOR_TESTING_SIMULATOR_FIXTURE_H_
#define TOOLS_SIMULATOR_TESTING_SIMULATOR_FIXTURE_H_

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "tools/simulator/http_server.h"
#include "tools/simulator/simulator.h"
#include "tools/simulator/testing/raw_client.h"

namespace kyc::simulator {

inline constexpr char kFinpay[] = "/finpay/api/v1.0/upgrade-account-widget";
inline constexpr char kLiveness[] = "/widekyc/api/passive-liveness";
inline constexpr char kReference[] = "202411011441000012";
inline constexpr char kHeaders[] = "token: sim-token\r\nContent-Type: application/json\r\n";
inline constexpr char kClosing[] =
    "token: sim-token\r\nContent-Type: application/json\r\nConnection: close\r\n";

// Stands for the gateway: takes notifications, answers with the statuses it was given.
class Receiver {
 public:
  explicit Receiver(boost::asio::io_context& io)
      : server_(io, {boost::asio::ip::make_address("127.0.0.1"), 0},
                {[](const Request&) { return std::nullopt; },
                 [this](Request request) { return Take(std::move(request)); }},
                std::chrono::milliseconds(0)) {}

  uint16_t port() const { return server_.port(); }
  void AnswerNextWith(int status) { statuses_.push_back(status); }  // Before anything arrives.

  Request Next() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !requests_.empty(); });
    Request request = std::move(requests_.front());
    requests_.pop_front();
    return request;
  }

 private:
  Answer Take(Request request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::move(request));
    arrived_.notify_all();
    if (statuses_.empty()) return {};
    const int status = statuses_.front();
    statuses_.pop_front();
    return {.status = status};
  }

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Request> requests_;
  std::deque<int> statuses_;
  HttpServer server_;
};

class SimulatorTest : public testing::Test {
 protected:
  SimulatorTest() : receiver_(io_), simulator_(io_, MakeOptions(receiver_.port())) {}
  ~SimulatorTest() override {
    io_.stop();
    thread_.join();
  }

  static Options MakeOptions(uint16_t notify_port) {
    Options options;
    options.quiet = true;
    options.refuse_duplicates = true;
    options.notifier = {"127.0.0.1", std::to_string(notify_port), "/notify", "the-token"};
    options.notifier.delay = std::chrono::milliseconds(1);
    options.notifier.first_backoff = std::chrono::milliseconds(1);
    return options;
  }

  std::string Post(std::string_view path, std::string_view body) {
    RawClient client(simulator_.port());
    client.Send(PostRequest(path, kClosing, body));
    return client.ReadAll();
  }

  boost::json::value Get(const std::string& target) {
    RawClient client(simulator_.port());
    client.Send("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    return boost::json::parse(BodyOf(client.ReadAll()));
  }

  boost::asio::io_context io_;
  Receiver receiver_;
  Simulator simulator_;
  std::thread thread_{[this] { io_.run(); }};
};

}  // namespace kyc::simulator

#endif  // TOOLS_SIMULATOR_TESTING_SIMULATOR_FIXTURE_H_
