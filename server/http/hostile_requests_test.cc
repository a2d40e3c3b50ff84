// Malformed and smuggling requests over real sockets: each gets the listed answer, and the
// listener lives on.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/http/server.h"
#include "server/http/testing/raw_client.h"
#include "server/http/testing/server_fixture.h"

namespace kyc::http {
namespace {

using std::string_literals::operator""s;

// Whatever reaches the handler is answered 200; a smuggled request would be a second 200.
Handler AnswersAll() {
  Handler handler;
  handler.check_head = [](const HttpCall&) { return absl::optional<HttpReply>(); };
  handler.handle = [](HttpCall call, OnReply on_reply) {
    HttpReply reply;
    reply.body = absl::StrCat("handled ", call.path);
    std::move(on_reply)(std::move(reply));
  };
  handler.refuse = [](int status) {
    HttpReply reply;
    reply.status = status;
    return reply;
  };
  return handler;
}

struct HostileCase {
  std::string name;
  std::string bytes;
  int status;  // 0: closed without an answer.
};

std::string Repeat(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

// A request whose bytes go on with a smuggled one.
std::string Post(const std::string& headers, const std::string& rest = "") {
  return absl::StrCat("POST /a HTTP/1.1\r\nHost: h\r\n", headers, "\r\n\r\n", rest,
                      "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
}

std::vector<HostileCase> Cases() {
  const std::string chunked = "Transfer-Encoding: chunked";
  return {
      {"LengthAndChunked", Post("Content-Length: 6\r\n" + chunked, "0\r\n\r\n"), 400},
      {"ChunkedAndLength", Post(chunked + "\r\nContent-Length: 6", "0\r\n\r\n"), 400},
      {"TwoLengths", Post("Content-Length: 1\r\nContent-Length: 2", "xx"), 400},
      {"TwoEqualLengths", Post("Content-Length: 1\r\nContent-Length: 1", "x"), 400},
      {"LengthList", Post("Content-Length: 1, 1", "x"), 400},
      {"LengthNegative", Post("Content-Length: -1"), 400},
      {"LengthSigned", Post("Content-Length: +1", "x"), 400},
      {"LengthHex", Post("Content-Length: 0x1", "x"), 400},
      {"LengthHuge", Post("Content-Length: 99999999999999999999999"), 400},
      {"LengthWraps", Post("Content-Length: 18446744073709551617", "x"), 400},
      {"LengthOverLimit", Post("Content-Length: 9999999999"), 413},
      {"LengthFolded", Post("Content-Length:\r\n 1", "x"), 400},
      {"BlankBeforeColon", Post("Content-Length : 1", "x"), 400},
      {"BlankInName", Post("Content Length: 1", "x"), 400},
      {"NoColon", Post("Content-Length"), 400},
      {"EmptyName", Post(": value"), 400},
      {"FoldedHeader", Post("A: b\r\n c"), 400},
      {"BareLineFeeds", "GET / HTTP/1.1\nHost: h\n\n", 400},
      {"BareLineFeedHidesHeader", Post("A: b\nTransfer-Encoding: chunked"), 400},
      {"BareCarriageReturn", Post("A: b\rTransfer-Encoding: chunked"), 400},
      {"NulInHeader", Post("A: b\0c"s), 400},
      {"NulInTarget", "GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n"s, 400},
      {"NulInName", Post("A\0: b"s), 400},
      {"EscapeInHeader", Post("A: \x1b[0m"), 400},
      {"ChunkedTwice", Post(chunked + "\r\n" + chunked, "0\r\n\r\n"), 400},
      {"GzipThenChunked", Post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"), 501},
      {"ChunkedThenIdentity", Post("Transfer-Encoding: chunked, identity", "0\r\n\r\n"), 501},
      {"ChunkedWithVerticalTab",
       Post("Transfer-Encoding: \x0b"
            "chunked",
            "0\r\n\r\n"),
       400},
      {"ChunkedQuoted", Post("Transfer-Encoding: \"chunked\"", "0\r\n\r\n"), 501},
      {"UnknownCoding", Post("Transfer-Encoding: cow"), 501},
      {"ContentGzip", Post("Content-Encoding: gzip\r\nContent-Length: 1", "x"), 501},
      {"ChunkedInHttp10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"ChunkSizeNotHex", Post(chunked, "x\r\n"), 400},
      {"ChunkSizeSigned", Post(chunked, "+1\r\nx\r\n0\r\n\r\n"), 400},
      {"ChunkSizePrefixed", Post(chunked, "0x1\r\nx\r\n0\r\n\r\n"), 400},
      {"ChunkSizeHuge", Post(chunked, "ffffffffffffffff\r\n"), 413},
      {"ChunkSizeWraps", Post(chunked, "10000000000000001\r\nx\r\n0\r\n\r\n"), 400},
      {"ChunkLongerThanItsSize", Post(chunked, "1\r\nxyz\r\n0\r\n\r\n"), 400},
      {"ChunkBareLineFeed", Post(chunked, "1\nx\n0\n\n"), 400},
      {"ChunkExtensionFlood", Post(chunked, Repeat("1;aaaaaaaaaaaaaaaa\r\nx\r\n", 1000)), 400},
      {"ChunkExtensionEndless", Post(chunked, "1;" + std::string(40'000, 'a')), 431},
      {"TrailerFlood", Post(chunked, "0\r\n" + Repeat("A: b\r\n", 6000)), 431},
      {"TrailerWithLength", Post(chunked, "0\r\nContent-Length: 5\r\n\r\n"), 400},
      {"HeaderFlood", "GET / HTTP/1.1\r\nHost: h\r\n" + Repeat("A: b\r\n", 6000), 431},
      {"EndlessTarget", "GET /" + std::string(40'000, 'a'), 431},
      {"NoHost", "GET / HTTP/1.1\r\n\r\n", 400},
      {"TwoHosts", Post("Host: i"), 400},
      {"GarbledHost", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"HostWithUser", "GET / HTTP/1.1\r\nHost: h@evil\r\n\r\n", 400},
      {"AbsoluteTargetWithUser", "GET http://h@evil/ HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"AbsoluteTargetOfFtp", "GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"AbsoluteTargetWithoutHost", "GET http://h/ HTTP/1.1\r\n\r\n", 400},
      {"AbsoluteTargetWithTwoHosts", "GET http://h/ HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", 400},
      {"AuthorityTarget", "CONNECT evil:443 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"AsteriskTarget", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"BlankInTarget", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"TwoBlanks", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"NoVersion", "GET /\r\n\r\n", 400},
      {"Version09", "GET / HTTP/0.9\r\nHost: h\r\n\r\n", 400},
      {"Version12", "GET / HTTP/1.2\r\nHost: h\r\n\r\n", 400},
      {"VersionLowerCase", "GET / http/1.1\r\nHost: h\r\n\r\n", 400},
      {"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"TlsHello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, 400},
      {"ManyEmptyLinesFirst", Repeat("\r\n", 5) + "GET / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"BareLineFeedFirst", "\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"Garbage", std::string(1000, '\xff'), 400},
      {"EndInsideHead", "GET / HTT", 0},
      {"EndInsideBody", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nx", 0},
      {"EndInsideChunk", "POST / HTTP/1.1\r\nHost: h\r\n" + chunked + "\r\n\r\n9\r\nx", 0},
      {"Nothing", "", 0},
  };
}

using HostileRequestsTest = ServerTest;

TEST_P(HostileRequestsTest, EachGetsItsAnswerAndTheListenerLivesOn) {
  Start({}, AnswersAll());
  for (const HostileCase& c : Cases()) {
    RawClient client(port());
    client.Send(c.bytes);
    client.EndSending();
    const std::string response = client.ReadAll();
    EXPECT_EQ(StatusOf(response), c.status) << c.name << ": " << response;
    EXPECT_FALSE(absl::StrContains(response, "handled")) << c.name << ": " << response;
    ASSERT_EQ(StatusOf(Exchange(port(), "GET / HTTP/1.0\r\n\r\n")), 200) << "after " << c.name;
  }
}

OVER_BOTH(HostileRequestsTest);

}  // namespace
}  // namespace kyc::http
