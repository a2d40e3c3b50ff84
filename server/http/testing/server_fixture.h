// A listener whose handler is in a test's hands.
#ifndef SERVER_HTTP_TESTING_SERVER_FIXTURE_H_
#define SERVER_HTTP_TESTING_SERVER_FIXTURE_H_

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/http/server.h"
#include "server/http/testing/raw_client.h"
#include "server/http/testing/tls_files.h"

namespace kyc::http {

// Replies that a test gives when it wants to.
class Held {
 public:
  void Put(OnReply reply) {
    const std::lock_guard lock(mutex_);
    replies_.push_back(std::move(reply));
    came_.notify_one();
  }
  // Waits for one.
  OnReply Take() {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [this] { return !replies_.empty(); });
    OnReply reply = std::move(replies_.back());
    replies_.pop_back();
    return reply;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<OnReply> replies_;
};

// What follows a method and a path.
inline constexpr char kRest[] = " HTTP/1.1\r\nHost: h\r\n\r\n";

inline HttpReply Text(int status, std::string body) {
  HttpReply reply;
  reply.status = status;
  reply.body = std::move(body);
  return reply;
}

// Echoes; "/refuse" is refused by its head, "/hold" is answered by the test, "/drop" never.
inline Handler Echo(std::shared_ptr<Held> held) {
  Handler handler;
  handler.check_head = [](const HttpCall& head) -> absl::optional<HttpReply> {
    if (head.path == "/refuse") return Text(401, "refused");
    return absl::nullopt;
  };
  handler.handle = [held](HttpCall call, OnReply on_reply) {
    if (call.path == "/hold") return held->Put(std::move(on_reply));
    if (call.path == "/drop") return;
    std::move(on_reply)(
        Text(200, absl::StrCat(call.method, " ", call.path, " ", call.query, " ", call.body, ";")));
  };
  handler.refuse = [](int status) { return Text(status, absl::StrCat("refused ", status)); };
  return handler;
}

// What a listener speaks in a test.
enum class Speaks { kPlaintext, kTls };

// Every test of a listener, over both.
#define OVER_BOTH(fixture)                                              \
  INSTANTIATE_TEST_SUITE_P(                                             \
      Over, fixture, testing::Values(Speaks::kPlaintext, Speaks::kTls), \
      [](const auto& over) { return over.param == Speaks::kTls ? "Tls" : "Plaintext"; })

class ServerTest : public testing::TestWithParam<Speaks> {
 protected:
  // The options with what the test is to speak.
  ServerOptions Over(ServerOptions options) {
    options.name = "webhook";
    if (GetParam() == Speaks::kTls) options.pair = files_.Open();
    return options;
  }
  void Start(ServerOptions options = {}) { Start(std::move(options), Echo(held_)); }
  void Start(ServerOptions options, Handler handler) {
    auto socket = net::ListenSocket::Open("127.0.0.1:0");
    ASSERT_TRUE(socket.ok()) << socket.status();
    server_ = Server::Serve(*std::move(socket), Over(std::move(options)), std::move(handler));
  }
  Target To(uint16_t port) const {
    return GetParam() == Speaks::kTls ? Target(port, client_.get()) : Target(port);
  }
  Target port() const { return To(server_->port()); }

  const TlsFiles files_;
  const ClientContext client_ = files_.TrustingClient();
  std::shared_ptr<Held> held_ = std::make_shared<Held>();
  std::unique_ptr<Server> server_;
};

}  // namespace kyc::http

#endif  // SERVER_HTTP_TESTING_SERVER_FIXTURE_H_
