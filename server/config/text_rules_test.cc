#include "server/config/text_rules.h"

#include <string>

#include "gtest/gtest.h"

namespace kyc::config {
namespace {

constexpr char kListenForm[] =
    "must be address:port with a numeric address, like 127.0.0.1:50051 or [::1]:50051, or "
    "unix:/path";
constexpr Traffic kPlain = {};
constexpr Traffic kPlainAnywhere = {.plaintext_elsewhere = true};

TEST(ListenFault, LoopbackAddressesAreFine) {
  for (const char* listen : {"127.0.0.1:50051", "127.8.9.10:1", "[::1]:65535", "127.0.0.1:0",
                             "unix:/run/kyc/grpc.sock"}) {
    EXPECT_EQ(ListenFault(listen, kPlain), "") << listen;
  }
}

TEST(ListenFault, OtherAddressesNeedTheFlag) {
  for (const char* listen : {"0.0.0.0:1", "10.0.0.1:50051", "[::]:50051", "[fe80::1]:1",
                             "[::ffff:127.0.0.1]:1", "128.0.0.1:1"}) {
    EXPECT_EQ(
        ListenFault(listen, kPlain),
        "is not loopback: traffic with personal data would not be encrypted; give it tls, or, "
        "to allow plaintext, set insecure_plaintext_i_understand")
        << listen;
    EXPECT_EQ(ListenFault(listen, kPlainAnywhere), "") << listen;
    EXPECT_EQ(ListenFault(listen, {.encrypted = true}), "") << listen;
  }
}

TEST(ListenFault, PathsAreWholeAndFitASocketsAddress) {
  const std::string fault =
      "must be unix: and an absolute path of at most 107 bytes without spaces";
  EXPECT_EQ(ListenFault("unix:/" + std::string(106, 'p'), kPlain), "");
  for (const std::string& path : {std::string(""), std::string("relative"), std::string("/a b"),
                                  "/" + std::string(107, 'p')}) {
    EXPECT_EQ(ListenFault("unix:" + path, kPlainAnywhere), fault) << path;
  }
}

TEST(ListenFault, SystemdsSocketsHaveAName) {
  const std::string fault = "must be systemd: and the FileDescriptorName of a .socket unit";
  EXPECT_EQ(ListenFault("systemd:kyc-grpc", kPlainAnywhere), "");
  EXPECT_EQ(ListenFault("systemd:kyc-grpc", {.encrypted = true}), "");
  EXPECT_EQ(ListenFault("systemd:kyc-grpc", kPlain),
            "may be reached from elsewhere, for all that is known here: give it tls, or, to allow "
            "plaintext, set insecure_plaintext_i_understand");
  for (const std::string& name :
       {std::string(), std::string("a:b"), std::string("a b"), std::string(256, 'n')}) {
    EXPECT_EQ(ListenFault("systemd:" + name, kPlainAnywhere), fault) << name;
  }
}

TEST(IsOfThisMachine, NothingElseCanReachIt) {
  for (const char* listen : {"127.0.0.1:1", "[::1]:0", "unix:/run/kyc.sock"}) {
    EXPECT_TRUE(IsOfThisMachine(listen)) << listen;
  }
  for (const char* listen :
       {"127.0.0.2:1", "0.0.0.0:1", "[::]:1", "10.0.0.1:1", "systemd:grpc", ""}) {
    EXPECT_FALSE(IsOfThisMachine(listen)) << listen;
  }
}

TEST(ListenFault, AnythingElseIsRefused) {
  EXPECT_EQ(ListenFault("", kPlainAnywhere), "is required");
  for (const char* listen :
       {"localhost:1", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", ":50051",
        "50051", "127.0.0.1:1:2", "127.0.0.1: 1", " 127.0.0.1:1", "127.0.0.1:+1", "127.1:1",
        "::1:50051", "[::1]", "[::1:50051", "[::1]50051", "[127.0.0.1]:1"}) {
    EXPECT_EQ(ListenFault(listen, kPlainAnywhere), kListenForm) << listen;
  }
}

TEST(UrlFault, HttpsAndLoopbackHttpAreFine) {
  for (const char* url :
       {"https://snap.finnet.co.id/api/v1.0", "https://snap.finnet.co.id:8443/", "https://[::1]:1",
        "https://10.0.0.1", "https://host", "https://host/a%20b/~c", "http://127.0.0.1:8080/api",
        "http://[::1]:8080", "http://localhost:1", "http://LOCALHOST"}) {
    EXPECT_EQ(UrlFault(url), "") << url;
  }
}

TEST(ProxyUrlFault, HostAndPortByHttpAreFine) {
  for (const char* url : {"http://proxy.example:3128", "http://10.0.0.1:8080/", "http://[::1]:1"}) {
    EXPECT_EQ(ProxyUrlFault(url), "") << url;
  }
}

TEST(ProxyUrlFault, EachFaultIsNamed) {
  const std::string no_port = "must have a host, and a port after it";
  const struct {
    const char* url;
    std::string fault;
  } cases[] = {{"", "is required"},
               {"https://proxy:3128", "must begin with http://"},
               {"socks5://proxy:1080", "must begin with http://"},
               {"proxy:3128", "must begin with http://"},
               {"http://user:pass@proxy:3128", "must not hold a user or password"},
               {"http://proxy", no_port},
               {"http://proxy:0", no_port},
               {"http://proxy:3128/path", no_port},
               {"http://:3128", "must have a valid host"},
               {"http://pro xy:3128", "must have a valid host"}};
  for (const auto& c : cases) EXPECT_EQ(ProxyUrlFault(c.url), c.fault) << c.url;
}

TEST(ProxyUserFault, OnlyVisibleAsciiWithoutAColon) {
  for (const char* user : {"", "gateway", "DOMAIN\\gateway"}) EXPECT_EQ(ProxyUserFault(user), "");
  for (const std::string& user : {std::string("a:b"), std::string("a b"), std::string("a\n"),
                                  std::string(129, 'a'), std::string("\xc3\xa9")}) {
    EXPECT_EQ(ProxyUserFault(user), "must be at most 128 bytes of visible ASCII without a colon");
  }
}

TEST(UrlFault, EachFaultIsNamed) {
  const std::string plaintext = "must be https: only loopback may be spoken to in plaintext";
  const std::string no_host = "must have a host, and a port after it";
  const struct {
    std::string url;
    std::string fault;
  } cases[] = {
      {"", "is required"},
      {"ftp://host", "must begin with https://"},
      {"host/path", "must begin with https://"},
      {"//host", "must begin with https://"},
      {"file:///etc/passwd", "must begin with https://"},
      {" https://host", "must begin with https://"},
      {"http://host", plaintext},
      {"http://10.0.0.1/", plaintext},
      {"http://localhost.example.com", plaintext},
      {"http://127.0.0.1.example.com", plaintext},
      {"http://2130706433", plaintext},
      {"http://[::2]", plaintext},
      {"https://host?a=b", "must not hold a query or fragment"},
      {"https://host/#top", "must not hold a query or fragment"},
      {"https://user:word@host", "must not hold a user or password"},
      {"http://127.0.0.1@host", "must not hold a user or password"},
      {"https://host/a b", "holds a character that no URL may"},
      {"https://host/a\nb", "holds a character that no URL may"},
      {"https://host\\@other", "holds a character that no URL may"},
      {"https://h\xc3\xb6st", "holds a character that no URL may"},
      {"https://", "must have a valid host"},
      {"https:///path", "must have a valid host"},
      {"https://ho_st", "must have a valid host"},
      {"https://[host]", "must have a valid host"},
      {"https://host:", no_host},
      {"https://host:0", no_host},
      {"https://host:65536", no_host},
      {"https://host:1x", no_host},
      {"https://[::1]x", no_host},
      {"https://" + std::string(2100, 'a'), "must be at most 2048 bytes"},
  };
  for (const auto& c : cases) EXPECT_EQ(UrlFault(c.url), c.fault) << c.url;
}

TEST(NameFault, NamesFitForLabelsAreFine) {
  for (const std::string& name : {std::string("a"), std::string("Main-1_x.y"),  //
                                  std::string(64, 'n')}) {
    EXPECT_EQ(NameFault(name), "") << name;
  }
  EXPECT_EQ(NameFault(""), "is required");
  for (const std::string& name : {std::string("a b"), std::string("a\"b"), std::string("\xc3\xa9"),
                                  std::string("a\n"), std::string(65, 'n')}) {
    EXPECT_EQ(NameFault(name), "must be 1 to 64 letters, digits, '_', '-' or '.'") << name;
  }
}

TEST(HeaderNameFault, OnlyForeignTokensAreFine) {
  EXPECT_EQ(HeaderNameFault("X-PARTNER-ID"), "");
  EXPECT_EQ(HeaderNameFault("Channel_Id"), "");
  for (const char* name : {"", "a b", "a:", "a\r\nb", "(a)", "\xc3\xa9"}) {
    EXPECT_EQ(HeaderNameFault(name), "must be an HTTP token") << name;
  }
  for (const char* name : {"content-type", "Content-Type", "accept", "token", "TOKEN", "host",
                           "content-length", "transfer-encoding", "connection", "expect"}) {
    EXPECT_EQ(HeaderNameFault(name), "names a header that the gateway sets") << name;
  }
}

TEST(HeaderValueFault, ControlCharactersAreRefused) {
  EXPECT_EQ(HeaderValueFault("a value, with \t tab"), "");
  EXPECT_EQ(HeaderValueFault(""), "is required");
  for (absl::string_view value : {absl::string_view("a\r\nb"), absl::string_view("a\n"),
                                  absl::string_view("a\rb"), absl::string_view("a\0b", 3)}) {
    EXPECT_EQ(HeaderValueFault(value), "holds a control character");
  }
  EXPECT_EQ(HeaderValueFault(std::string(4097, 'v')), "must be at most 4096 bytes");
}

}  // namespace
}  // namespace kyc::config
