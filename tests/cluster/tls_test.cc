// A real gateway speaks TLS to a real PostgreSQL, and to nobody who cannot show whose it is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/events/postgres/testing/postgres_servers.h"
#include "tests/support/certificates.h"
#include "tests/support/child_process.h"
#include "tests/support/files.h"
#include "tests/support/follower.h"
#include "tests/support/gateway.h"
#include "tests/support/gateway_files.h"
#include "tests/support/webhook_sender.h"

namespace kyc::tests {
namespace {

using events::postgres::PostgresServers;
using testing::HasSubstr;
using testing::SizeIs;

// Whose certificate the server shows.
struct Shown {
  const char* name;
  const char* certificate;  // The subjectAltName; empty: it speaks no TLS.
  bool others = false;      // Signed by another authority than the gateway trusts.
  const char* told;         // What its operator is told.
};

std::ostream& operator<<(std::ostream& out, const Shown& shown) { return out << shown.name; }

class TlsToPostgresTest : public testing::Test {
 protected:
  // Its only user by TCP beside the superuser comes by TLS with a certificate of its own.
  std::string Settings(const Identity& identity) {
    Write("server.crt", identity.Pem());
    Write("server.key", identity.KeyPem());
    Write("authority.crt", authority_.Pem());
    Write("hba",
          "host all postgres 127.0.0.1/32 trust\n"
          "hostssl kyc kyc 127.0.0.1/32 cert\n");
    return absl::StrCat("ssl = on\nssl_cert_file = '", files_.path("server.crt"),
                        "'\nssl_key_file = '", files_.path("server.key"), "'\nssl_ca_file = '",
                        files_.path("authority.crt"), "'\n", Hba());
  }
  std::string Hba() const { return absl::StrCat("hba_file = '", files_.path("hba"), "'\n"); }

  void Configure(const PostgresServers& servers, const std::string& more) {
    Write("authority.crt", authority_.Pem());
    const Identity client = MakeIdentity({.name = "DNS:kyc", .subject = "kyc"}, &authority_);
    Write("client.crt", client.Pem());
    Write("client.key", client.KeyPem());
    const std::string dsn = absl::StrCat("host=127.0.0.1 port=", servers.port(0),
                                         " dbname=kyc user=kyc sslmode=verify-full sslrootcert=",
                                         files_.path("authority.crt"), more);
    files_.Configure(
        {.log_engine =
             absl::StrCat("postgres { dsn: \"", dsn, "\" durability: POSTGRES_DURABILITY_LOCAL }"),
         .callers = R"(callers { name: "local" loopback: true allow_full_view: true })"});
  }
  std::string ClientCertificate() const {
    return absl::StrCat(" sslcert=", files_.path("client.crt"),
                        " sslkey=", files_.path("client.key"));
  }
  void MakeDatabase(const PostgresServers& servers) {
    servers.Sql(0, "CREATE ROLE kyc LOGIN");
    servers.Sql(0, "CREATE DATABASE kyc OWNER kyc");
  }
  // Its operator is told at once, while it goes on trying.
  void ExpectTold(const char* why) {
    const ChildProcess gateway("server/kyc-gateway", {"--config", files_.config_path()});
    EXPECT_TRUE(gateway.AwaitError(why)) << gateway.StandardError();
    EXPECT_THAT(gateway.StandardError(), HasSubstr("LOG_UNREACHABLE"));
  }
  void Write(const std::string& name, const std::string& text) {
    WriteFile(files_.path(name), text);
  }

  GatewayFiles files_;
  const Identity authority_ = MakeIdentity({.name = "DNS:ca.example", .authority = true}, nullptr);
};

TEST_F(TlsToPostgresTest, EveryConnectionIsEncryptedAndBothEndsAreVerified) {
  const PostgresServers servers(0, Settings(MakeIdentity({}, &authority_)));
  MakeDatabase(servers);
  Configure(servers, ClientCertificate());
  const Gateway gateway(files_);
  WebhookConnection connection(gateway.webhook_port());
  EXPECT_EQ(connection.Post(Notice{"R1", 1}.Body()), 200);
  Follower follower;
  follower.CatchUp(gateway.grpc_port());
  EXPECT_THAT(follower.seen(), SizeIs(1));
  EXPECT_EQ(servers.Sql(0,
                        "SELECT (count(*) > 1 AND bool_and(ssl AND client_dn = '/CN=kyc'))::text "
                        "FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE usename = 'kyc'"),
            "true");
  EXPECT_EQ(gateway.process().Stop(), 0);
}

TEST_F(TlsToPostgresTest, WithoutItsOwnCertificateItIsToldSo) {
  const PostgresServers servers(0, Settings(MakeIdentity({}, &authority_)));
  MakeDatabase(servers);
  Configure(servers, "");
  ExpectTold("connection requires a valid client certificate");
}

class TlsToOthersTest : public TlsToPostgresTest, public testing::WithParamInterface<Shown> {};

TEST_P(TlsToOthersTest, NothingIsSaidToIt) {
  const Identity other = MakeIdentity({.name = "DNS:other.example", .authority = true}, nullptr);
  const Identity shown =
      MakeIdentity({.name = *GetParam().certificate != '\0' ? GetParam().certificate : "DNS:none"},
                   GetParam().others ? &other : &authority_);
  std::string settings = Settings(shown);
  if (*GetParam().certificate == '\0') settings = Hba();
  const PostgresServers servers(0, settings);
  MakeDatabase(servers);
  Configure(servers, ClientCertificate());
  ExpectTold(GetParam().told);
}

INSTANTIATE_TEST_SUITE_P(Server, TlsToOthersTest,
                         testing::Values(Shown{.name = "OfAnotherAuthority",
                                               .certificate = "IP:127.0.0.1",
                                               .others = true,
                                               .told = "certificate verify failed"},
                                         Shown{.name = "OfAnotherName",
                                               .certificate = "IP:127.0.0.2",
                                               .told = "does not match host name"},
                                         Shown{.name = "WithoutTls",
                                               .certificate = "",
                                               .told = "server does not support SSL"}),
                         [](const auto& shown) { return shown.param.name; });

}  // namespace
}  // namespace kyc::tests
