// What is the listener's own where it speaks TLS; all else is tested over both (server_test and its
// like).
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "server/call/testing/fake_metrics.h"
#include "server/http/server.h"
#include "server/http/testing/raw_client.h"
#include "server/http/testing/server_fixture.h"
#include "server/http/testing/tls_files.h"

namespace kyc::http {
namespace {

using tests::Identity;
using tests::MakeIdentity;

// What became of connections, in their order.
class Came : public FakeMetrics {
 public:
  void ConnectionCame(absl::string_view listener, absl::string_view result) override {
    const absl::MutexLock lock(&mutex_);
    came_.push_back(absl::StrCat(listener, " ", result));
  }
  // Waits until there are so many.
  std::vector<std::string> Await(size_t count) {
    const auto there = [&] { return came_.size() >= count; };
    const absl::MutexLock lock(&mutex_, absl::Condition(&there));
    return came_;
  }

 private:
  absl::Mutex mutex_;
  std::vector<std::string> came_;
};

class TlsTest : public testing::Test {
 protected:
  void Start(ServerOptions options = {}, const TlsFiles* files = nullptr) {
    auto socket = net::ListenSocket::Open("127.0.0.1:0");
    ASSERT_TRUE(socket.ok()) << socket.status();
    pair_ = (files == nullptr ? files_ : *files).Open();
    options.pair = pair_;
    options.metrics = &came_;
    options.name = "webhook";
    options.log = [this](absl::string_view line) {
      const absl::MutexLock lock(&mutex_);
      absl::StrAppend(&lines_, line, "\n");
    };
    server_ = Server::Serve(*std::move(socket), std::move(options), Echo(held_));
  }
  Target By(const ClientContext& client) const { return {server_->port(), client.get()}; }
  // The status of an answer to a client of its own connection.
  int Ask(const ClientContext& client) const {
    return StatusOf(Exchange(By(client), "GET / HTTP/1.0\r\n\r\n"));
  }
  std::string Lines() {
    const absl::MutexLock lock(&mutex_);
    return lines_;
  }

  const TlsFiles files_;
  const ClientContext client_ = files_.TrustingClient();
  std::shared_ptr<tls::WatchedPair> pair_;
  Came came_;
  absl::Mutex mutex_;
  std::string lines_;  // Guarded by mutex_.
  std::shared_ptr<Held> held_ = std::make_shared<Held>();
  std::unique_ptr<Server> server_;
};

TEST_F(TlsTest, AnswersEndWithAWordNotWithABreak) {
  Start({.idle_timeout = absl::Milliseconds(30)});
  RawClient refused(By(client_)), idle(By(client_)), drained(By(client_));
  refused.Send("nonsense\r\n\r\n");
  EXPECT_EQ(StatusOf(refused.ReadAll()), 400);
  EXPECT_TRUE(refused.ended());
  idle.Send(absl::StrCat("GET /", kRest));
  EXPECT_EQ(StatusOf(idle.ReadAll()), 200);
  EXPECT_TRUE(idle.ended());
  drained.Send(absl::StrCat("GET /hold", kRest));
  OnReply reply = held_->Take();
  std::promise<void> end;
  server_->Drain([&] { end.set_value(); });
  std::move(reply)(Text(200, "held"));
  EXPECT_EQ(StatusOf(drained.ReadAll()), 200);
  EXPECT_TRUE(drained.ended());
  end.get_future().wait();
}

TEST_F(TlsTest, NewConnectionsGetTheNewPairAndOpenOnesGoOn) {
  Start();
  RawClient open(By(client_));
  open.Send(absl::StrCat("GET /1", kRest));
  ASSERT_EQ(StatusOf(open.ReadResponse()), 200);
  const TlsFiles others;
  const ClientContext client = others.TrustingClient();
  EXPECT_EQ(Ask(client), 0) << "it does not trust the first pair";
  files_.Put(MakeIdentity({}, &others.authority()));
  ASSERT_EQ(pair_->Look(absl::Now()).what, tls::Found::What::kNewPair);
  EXPECT_EQ(Ask(client), 200);
  EXPECT_EQ(Ask(client_), 0) << "the old certificate is gone";
  open.Send(absl::StrCat("GET /2", kRest));
  EXPECT_EQ(StatusOf(open.ReadResponse()), 200);
}

TEST_F(TlsTest, OneTwoAndOneThreeAreSpokenAndNothingOlder) {
  Start();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const ClientContext client = files_.TrustingClient();
    SSL_CTX_set_min_proto_version(client.get(), version);
    SSL_CTX_set_max_proto_version(client.get(), version);
    EXPECT_EQ(Ask(client), 200) << version;
  }
  const ClientContext old = files_.TrustingClient();
  SSL_CTX_set_security_level(old.get(), 0);
  SSL_CTX_set_min_proto_version(old.get(), TLS1_1_VERSION);
  SSL_CTX_set_max_proto_version(old.get(), TLS1_1_VERSION);
  EXPECT_EQ(Ask(old), 0);
  came_.Await(3);
  EXPECT_TRUE(absl::StrContains(Lines(), "no TLS handshake with webhook: ")) << Lines();
}

TEST_F(TlsTest, SecrecyOfTheFutureIsNotGivenUp) {
  Start();
  for (const char* cipher : {"AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA"}) {
    const ClientContext client = files_.TrustingClient();
    SSL_CTX_set_max_proto_version(client.get(), TLS1_2_VERSION);
    ASSERT_EQ(SSL_CTX_set_cipher_list(client.get(), cipher), 1) << cipher;
    EXPECT_EQ(Ask(client), 0) << cipher;
  }
}

TEST_F(TlsTest, WhoCannotSpeakHttp11IsToldSo) {
  Start();
  const struct {
    std::string protocols;
    int status;
  } cases[] = {{"\x02h2", 0}, {"\x02h2\x08http/1.1", 200}, {"\x08http/1.1", 200}};
  for (const auto& c : cases) {
    const ClientContext client = files_.TrustingClient();
    SSL_CTX_set_alpn_protos(client.get(),
                            reinterpret_cast<const unsigned char*>(c.protocols.data()),
                            static_cast<unsigned>(c.protocols.size()));
    EXPECT_EQ(Ask(client), c.status) << c.protocols;
  }
}

TEST_F(TlsTest, CertificateOfTheClient) {
  const Identity stranger_authority = MakeIdentity({.authority = true}, nullptr);
  const Identity stranger = MakeIdentity({.usage = "clientAuth"}, &stranger_authority);
  const struct {
    config::ClientCertificate wanted;
    int without, with, of_a_stranger;
  } cases[] = {{config::ClientCertificate::kNone, 200, 200, 200},
               {config::ClientCertificate::kOptional, 200, 200, 0},
               {config::ClientCertificate::kRequired, 0, 200, 0}};
  for (const auto& c : cases) {
    const TlsFiles files(c.wanted);
    const Identity ours = MakeIdentity({.usage = "clientAuth"}, &files.authority());
    Start({}, &files);
    EXPECT_EQ(Ask(files.TrustingClient()), c.without);
    EXPECT_EQ(Ask(files.TrustingClient(&ours)), c.with);
    EXPECT_EQ(Ask(files.TrustingClient(&stranger)), c.of_a_stranger);
    server_ = nullptr;
  }
  EXPECT_TRUE(absl::StrContains(Lines(), "peer did not return a certificate from=127.0.0.1"));
}

TEST_F(TlsTest, PlaintextIsToldApartAndNotAnswered) {
  Start();
  EXPECT_EQ(StatusOf(Exchange(server_->port(), "GET / HTTP/1.0\r\n\r\n")), 0);
  EXPECT_EQ(came_.Await(1), std::vector<std::string>{"webhook no_handshake"});
  EXPECT_EQ(Lines(), "not let in: no TLS handshake with webhook: http request from=127.0.0.1\n");
}

TEST_F(TlsTest, WhoAgreesOnNothingIsClosedInTimeAndKeepsNobodyWaiting) {
  Start({.handshake_timeout = absl::Milliseconds(50)});
  const std::string half_a_hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  RawClient silent(server_->port()), half(server_->port());
  half.Send(half_a_hello);
  EXPECT_EQ(Ask(client_), 200);
  EXPECT_EQ(silent.ReadAll(), "");
  EXPECT_EQ(half.ReadAll(), "");
  const std::vector<std::string> came = came_.Await(3);
  EXPECT_EQ(absl::c_count(came, "webhook no_handshake"), 2);
  EXPECT_TRUE(absl::StrContains(Lines(), "it took too long from=127.0.0.1")) << Lines();
}

TEST_F(TlsTest, HandshakesHaveTheirPaceAndTheirLineABound) {
  Start({.handshakes_a_second = 1, .handshakes_at_once = 1});
  EXPECT_EQ(Ask(client_), 200);
  RawClient second(By(client_)), third(By(client_)), fourth(By(client_));
  EXPECT_EQ(came_.Await(2).back(), "webhook line_full");
  EXPECT_EQ(fourth.ReadAll(), "");
  for (RawClient* waiting : {&second, &third}) {
    waiting->Send("GET / HTTP/1.0\r\n\r\n");
    EXPECT_EQ(StatusOf(waiting->ReadAll()), 200);
  }
}

TEST_F(TlsTest, WhoWaitsInLineGivesWayAndDoesNotHoldUpADrain) {
  Start({.max_connections = 2,
         .max_connections_of_a_source = 2,
         .handshakes_a_second = 1,
         .handshakes_at_once = 1});
  EXPECT_EQ(Ask(client_), 200);
  RawClient oldest(By(client_)), next(By(client_)), newest(By(client_));
  EXPECT_EQ(oldest.ReadAll(), "");
  std::promise<void> end;
  server_->Drain([&] { end.set_value(); });
  end.get_future().wait();
  EXPECT_EQ(next.ReadAll(), "");
  EXPECT_EQ(newest.ReadAll(), "");
}

}  // namespace
}  // namespace kyc::http
