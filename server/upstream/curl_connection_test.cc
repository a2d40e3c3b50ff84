// How long connections live, how a dead one is found, and the way through a forward proxy.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstdlib>
#include <memory>
#include <ostream>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/upstream/curl_loop.h"
#include "server/upstream/testing/fake_upstream.h"
#include "server/upstream/testing/test_client.h"

namespace kyc::upstream {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr absl::Duration kPatience = absl::Seconds(30);

class ConnectionTest : public testing::Test {
 protected:
  HttpResult Send(const SendHttp& send, const std::string& url) {
    return SendAndWait(send, TextRequest(url, "{}"));
  }
  void Wait(absl::Duration duration) {
    absl::Notification over;
    loop_->After(duration, [&over] { over.Notify(); });
    over.WaitForNotification();
  }

  std::unique_ptr<CurlLoop> loop_ = CurlLoop::Start().value();
};

TEST_F(ConnectionTest, OldOneIsNotUsedAgain) {
  FakeUpstream upstream(AnswerAll(Reply("ok")));
  const SendHttp send = loop_->Sender({.connection_age = absl::Seconds(1)});
  const absl::Time end = absl::Now() + kPatience;
  while (upstream.connections() < 2 && absl::Now() < end) {
    ASSERT_EQ(Describe(Send(send, upstream.url())), "200 ok");
  }
  EXPECT_EQ(upstream.connections(), 2);
}

TEST_F(ConnectionTest, OneThatWasIdleForLongIsNotUsedAgain) {
  FakeUpstream upstream(AnswerAll(Reply("ok")));
  const SendHttp send = loop_->Sender({.idle_connection_age = absl::Seconds(1)});
  for (int i = 0; i < 3; ++i) Send(send, upstream.url());
  EXPECT_EQ(upstream.connections(), 1);
  Wait(absl::Milliseconds(2100));  // libcurl counts whole seconds.
  EXPECT_EQ(Describe(Send(send, upstream.url())), "200 ok");
  EXPECT_EQ(upstream.connections(), 2);
}

int Option(int socket, int level, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  getsockopt(socket, level, option, &value, &size);
  return value;
}

// The descriptor of our own connection to that port.
int ConnectionTo(int port) {
  for (int fd = 0; fd < 1024; ++fd) {
    sockaddr_in peer = {};
    socklen_t size = sizeof peer;
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
        ntohs(peer.sin_port) == port) {
      return fd;
    }
  }
  return -1;
}

int PortOf(const std::string& url) { return std::atoi(url.c_str() + url.rfind(':') + 1); }

TEST_F(ConnectionTest, TcpFindsADeadOneByItself) {
  FakeUpstream upstream(AnswerAll(Reply("ok")));
  Send(loop_->Sender({}), upstream.url());
  const int fd = ConnectionTo(PortOf(upstream.url()));
  ASSERT_GE(fd, 0);
  EXPECT_EQ(Option(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(Option(fd, IPPROTO_TCP, TCP_KEEPIDLE), 10);
  EXPECT_EQ(Option(fd, IPPROTO_TCP, TCP_KEEPINTVL), 3);
  EXPECT_EQ(Option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 25'000);
}

// --- A forward proxy.

// Answers CONNECT so, and then every request in the tunnel, as if it were the upstream.
FakeUpstream::Script ProxyThatAnswers(std::string connect_reply) {
  return [connect_reply](FakeUpstream& self, FakeConnection& connection) {
    absl::optional<SeenRequest> connect = connection.ReadHead();
    if (!connect) return;
    self.Note(*connect);
    connection.Write(connect_reply);
    while (self.Receive(connection)) connection.Write(Reply("through"));
  };
}

constexpr char kUpstream[] = "http://upstream.example:8080/path";
constexpr char kGood[] = "HTTP/1.1 200 Connection established\r\nX-Of: the proxy\r\n\r\n";

class ProxyTest : public ConnectionTest {
 protected:
  SendHttp Through(const FakeUpstream& proxy, bool with_credentials = false) {
    TransferOptions options;
    options.proxy = config::Proxy{.url = ProxyUrl(proxy), .user = {}, .password = {}};
    if (with_credentials) {
      options.proxy->user = "gateway";
      options.proxy->password = Secret("pass:word");
    }
    return loop_->Sender(options);
  }
  static std::string ProxyUrl(const FakeUpstream& proxy) {
    return proxy.url().substr(0, proxy.url().rfind('/'));
  }
};

TEST_F(ProxyTest, TunnelIsOpenedOnceAndTheUpstreamsHeadersAreNotTheProxys) {
  FakeUpstream proxy(ProxyThatAnswers(kGood));
  const SendHttp send = Through(proxy);
  for (int i = 0; i < 3; ++i) {
    const auto response = std::get<HttpResponse>(Send(send, kUpstream));
    EXPECT_EQ(response.body, "through");
    for (const auto& [name, value] : response.headers) EXPECT_NE(name, "x-of");
  }
  const auto seen = proxy.seen();
  ASSERT_EQ(seen.size(), 4u);
  EXPECT_THAT(seen[0].head, StartsWith("CONNECT upstream.example:8080 HTTP/1.1\r\n"));
  EXPECT_THAT(seen[0].head, Not(HasSubstr("token")));
  EXPECT_THAT(seen[0].head, Not(HasSubstr("Proxy-Authorization")));
  EXPECT_THAT(seen[1].head, StartsWith("POST /path HTTP/1.1\r\n"));
  EXPECT_THAT(seen[1].head, HasSubstr("\r\ntoken: t\r\n"));
}

TEST_F(ProxyTest, OnlyTheProxyGetsItsCredentials) {
  FakeUpstream proxy(ProxyThatAnswers(kGood));
  EXPECT_EQ(Describe(Send(Through(proxy, true), kUpstream)), "200 through");
  const auto seen = proxy.seen();
  EXPECT_THAT(seen[0].head,
              HasSubstr(absl::StrCat("\r\nProxy-Authorization: Basic ",
                                     absl::Base64Escape("gateway:pass:word"), "\r\n")));
  EXPECT_THAT(seen[1].head, Not(HasSubstr("Proxy-Authorization")));
}

struct Refusal {
  const char* name;
  std::string reply;
  const char* expected;
};
void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }

class RefusalTest : public ProxyTest, public testing::WithParamInterface<Refusal> {};

TEST_P(RefusalTest, IsNotSentAndSaysNoSecret) {
  FakeUpstream proxy([](FakeUpstream& self, FakeConnection& connection) {
    absl::optional<SeenRequest> connect = connection.ReadHead();
    if (!connect) return;
    self.Note(*connect);
    connection.Write(GetParam().reply);
  });
  const auto result = Send(Through(proxy, true), kUpstream);
  EXPECT_EQ(Describe(result), GetParam().expected);
  const auto& failure = std::get<HttpFailure>(result);
  EXPECT_NE(failure.unsent, nullptr);
  EXPECT_THAT(failure.cause, Not(HasSubstr("pass:word")));
  EXPECT_THAT(failure.cause, Not(HasSubstr("evil")));
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusalTest,
    testing::Values(
        Refusal{"Unauthorized",
                "HTTP/1.1 407 evil\r\nProxy-Authenticate: Basic realm=\"evil\"\r\n"
                "Content-Length: 4\r\n\r\nevil",
                "proxy_unauthorized not sent"},
        Refusal{"UnauthorizedWithoutBasic",
                "HTTP/1.1 407 evil\r\nProxy-Authenticate: Negotiate\r\nContent-Length: 0\r\n\r\n",
                "proxy_unauthorized not sent"},
        Refusal{"Forbidden", "HTTP/1.1 403 evil\r\nContent-Length: 4\r\n\r\nevil",
                "proxy_refused not sent"},
        Refusal{"NoConnect", "HTTP/1.1 405 evil\r\nContent-Length: 0\r\n\r\n",
                "proxy_refused not sent"},
        Refusal{"UpstreamUnreachable", "HTTP/1.1 502 evil\r\nContent-Length: 4\r\n\r\nevil",
                "unreachable not sent"},
        Refusal{"Unavailable", "HTTP/1.1 503 evil\r\nContent-Length: 0\r\n\r\n",
                "unreachable not sent"},
        Refusal{"Nothing", "", "unreachable not sent"},
        Refusal{"NotHttp", "SSH-2.0-OpenSSH_9.2\r\n", "unreachable not sent"},
        Refusal{"Cut", "HTTP/1.1 200 Conn", "unreachable not sent"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(ProxyTest, NobodyListensIsAnUnreachableProxy) {
  TransferOptions options;
  options.proxy = config::Proxy{.url = "http://127.0.0.1:1", .user = {}, .password = {}};
  EXPECT_EQ(Describe(Send(loop_->Sender(options), kUpstream)), "proxy_unreachable not sent");
  options.proxy->url = "http://nowhere.invalid:3128";
  EXPECT_EQ(Describe(Send(loop_->Sender(options), kUpstream)), "proxy_unreachable not sent");
}

TEST_F(ProxyTest, ProxyThatSaysNothingEndsByTheConnectTimeout) {
  FakeUpstream proxy([](FakeUpstream&, FakeConnection& connection) { connection.Drain(); });
  TransferOptions options;
  options.connect_timeout = absl::Milliseconds(300);
  options.proxy = config::Proxy{.url = ProxyUrl(proxy), .user = {}, .password = {}};
  EXPECT_EQ(Describe(Send(loop_->Sender(options), kUpstream)), "unreachable not sent");
}

// Neither a proxy that is set there nor an exception from one.
TEST_F(ProxyTest, EnvironmentHasNoEffect) {
  FakeUpstream proxy(ProxyThatAnswers(kGood));
  FakeUpstream upstream(AnswerAll(Reply("direct")));
  for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    setenv(name, ProxyUrl(proxy).c_str(), 1);
  }
  for (const char* name : {"no_proxy", "NO_PROXY"}) setenv(name, "*", 1);
  EXPECT_EQ(Describe(Send(loop_->Sender({}), upstream.url())), "200 direct");
  EXPECT_EQ(Describe(Send(Through(proxy), kUpstream)), "200 through");
  for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                           "no_proxy", "NO_PROXY"}) {
    unsetenv(name);
  }
}

}  // namespace
}  // namespace kyc::upstream
