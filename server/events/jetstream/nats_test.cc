// Who is let in, and whom we trust.
#include "server/events/jetstream/nats.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "server/call/error.h"
#include "server/events/jetstream/jetstream_testing.h"
#include "server/events/jetstream/nats_servers.h"

namespace kyc::events::jetstream {
namespace {

constexpr char kPassword[] = "the-password";

// Tries until the server answers, whatever it answers.
absl::Status Opened(const ConnectionOptions& options) {
  const absl::Time patience = absl::Now() + kPatience;
  for (;;) {
    const absl::Status status = Connection::Open(options).status();
    if (status.message().find("No server available") == absl::string_view::npos ||
        absl::Now() > patience) {
      return status;
    }
    absl::SleepFor(absl::Milliseconds(10));
  }
}

TEST(ConnectionTest, OnlyTheRightPasswordLetsIn) {
  const NatsServers servers(
      DebiansNatsServer(), 1,
      absl::StrCat("authorization { user: kyc, password: \"", kPassword, "\" }"));
  ConnectionOptions options;
  options.servers = servers.urls();
  options.user = "kyc";
  options.password = Secret(kPassword);
  EXPECT_TRUE(Opened(options).ok());
  options.password = Secret("another");
  const absl::Status refused = Opened(options);
  EXPECT_EQ(ReasonOf(refused), "LOG_UNREACHABLE");
  EXPECT_EQ(std::string(refused.message()).find("another"), std::string::npos) << refused;
}

TEST(ConnectionTest, OnlyTheRightTokenLetsIn) {
  const NatsServers servers(DebiansNatsServer(), 1,
                            absl::StrCat("authorization { token: \"", kPassword, "\" }"));
  ConnectionOptions options;
  options.servers = servers.urls();
  options.token = Secret(kPassword);
  EXPECT_TRUE(Opened(options).ok());
  options.token = Secret("another");
  EXPECT_EQ(ReasonOf(Opened(options)), "LOG_UNREACHABLE");
}

// libnats before 3.6.1 by itself brings messages to a subscription that was destroyed meanwhile.
TEST(SubscriptionTest, MayEndWhileMessagesCome) {
  constexpr int kAhead = 1'000;
  const NatsServers servers(DebiansNatsServer(), 1);
  const std::unique_ptr<Connection> sending = Connect(servers);
  const std::unique_ptr<Connection> taking = Connect(servers);
  ASSERT_NE(sending, nullptr);
  ASSERT_NE(taking, nullptr);
  std::atomic<int> wanted = kAhead;
  const std::jthread sender([&](const std::stop_token& stop) {
    for (int sent = 0; !stop.stop_requested();) {
      if (sent >= wanted) {
        std::this_thread::yield();
      } else if (sending->Publish("subject", "", {}, "data").ok()) {
        ++sent;
      }
    }
  });
  for (int i = 0; i < 500; ++i) {
    const auto subscription = taking->Subscribe("subject");
    ASSERT_TRUE(subscription.ok()) << subscription.status();
    // Only now is the subscription surely known to the server; and what had ended is freed.
    ASSERT_TRUE(taking->Request("$JS.API.INFO", "", kPatience).ok());
    wanted += kAhead;
    const auto message = (*subscription)->Next(kPatience);
    ASSERT_TRUE(message.ok() && message->has_value()) << message.status();
    EXPECT_EQ((*message)->data, "data");
  }
}

class TlsTest : public testing::Test {
 protected:
  TlsTest() {
    Make("ca", "-subj /CN=ca");
    Make("other-ca", "-subj /CN=other");
    Make("server", absl::StrCat("-subj /CN=localhost -addext subjectAltName=DNS:localhost -CA ",
                                Path("ca"), ".pem -CAkey ", Path("ca"), ".key"));
  }

  std::string Path(const std::string& name) const {
    return absl::StrCat(testing::TempDir(), "/", name, "-", getpid());
  }

  void Make(const std::string& name, const std::string& how) const {
    const std::string command =
        absl::StrCat("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout ", Path(name),
                     ".key -out ", Path(name), ".pem ", how, " 2>/dev/null");
    ASSERT_EQ(system(command.c_str()), 0) << command;
  }

  std::string Settings() const {
    return absl::StrCat("tls { cert_file: \"", Path("server"), ".pem\", key_file: \"",
                        Path("server"), ".key\" }");
  }

  ConnectionOptions Options(const NatsServers& servers, const std::string& host) const {
    ConnectionOptions options;
    options.servers = {absl::StrReplaceAll(servers.urls()[0], {{"nats://127.0.0.1", host}})};
    options.ca_file = Path("ca") + ".pem";
    return options;
  }
};

TEST_F(TlsTest, OnlyACertifiedServerOfThatNameIsSpokenTo) {
  const NatsServers servers(DebiansNatsServer(), 1, Settings());
  EXPECT_TRUE(Opened(Options(servers, "tls://localhost")).ok());

  EXPECT_EQ(ReasonOf(Opened(Options(servers, "tls://127.0.0.1"))), "LOG_UNREACHABLE")
      << "another name";
  ConnectionOptions other = Options(servers, "tls://localhost");
  other.ca_file = Path("other-ca") + ".pem";
  EXPECT_EQ(ReasonOf(Opened(other)), "LOG_UNREACHABLE") << "another authority";
}

TEST_F(TlsTest, ServerWithoutTlsIsNotSpokenToWhereTlsIsAskedFor) {
  const NatsServers servers(DebiansNatsServer(), 1);
  ASSERT_NE(Connect(servers), nullptr);
  EXPECT_EQ(ReasonOf(Opened(Options(servers, "tls://localhost"))), "LOG_UNREACHABLE");
}

}  // namespace
}  // namespace kyc::events::jetstream
