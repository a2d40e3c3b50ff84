#include "server/http/request_rules.h"

#include <string>

#include "gtest/gtest.h"

namespace kyc::http {
namespace {

using std::string_literals::operator""s;

struct ScanCase {
  std::string name;
  std::string bytes;
  bool bad;
  absl::optional<size_t> end;
};

const ScanCase kScans[] = {
    {"Nothing", "", false, absl::nullopt},
    {"Part", "GET / HT", false, absl::nullopt},
    {"PartEndsInCr", "GET / HTTP/1.1\r", false, absl::nullopt},
    {"Whole", "GET / HTTP/1.1\r\n\r\n", false, 18},
    {"BytesBehindTheHead", "GET / HTTP/1.1\r\n\r\n\0\x16 GET"s, false, 18},
    {"TabInValue", "GET / HTTP/1.1\r\na: b\tc\r\n\r\n", false, 26},
    {"TlsHello", "\x16\x03\x01", true, absl::nullopt},
    {"EmptyLineFirst", "\r\nGET / HTTP/1.1\r\n\r\n", true, absl::nullopt},
    {"BlankFirst", " GET / HTTP/1.1\r\n\r\n", true, absl::nullopt},
    {"Nul", "GET / HTTP/1.1\r\na: b\0c"s, true, absl::nullopt},
    {"Delete", "GET / HTTP/1.1\r\na: b\x7f", true, absl::nullopt},
    {"BareLineFeed", "GET / HTTP/1.1\n", true, absl::nullopt},
    {"BareLineFeedInHeaders", "GET / HTTP/1.1\r\na: b\nc: d\r\n\r\n", true, absl::nullopt},
    {"BareCarriageReturn", "GET / HTTP/1.1\r\na: b\rc", true, absl::nullopt},
    {"CarriageReturnTwice", "GET / HTTP/1.1\r\r\n\r\n", true, absl::nullopt},
    {"FoldedBySpace", "GET / HTTP/1.1\r\na: b\r\n c", true, absl::nullopt},
    {"FoldedByTab", "GET / HTTP/1.1\r\na: b\r\n\tc", true, absl::nullopt},
};

TEST(ScanHead, EachHeadIsJudgedAsListed) {
  for (const ScanCase& c : kScans) {
    const HeadScan scan = ScanHead(c.bytes, 0);
    EXPECT_EQ(scan.bad, c.bad) << c.name;
    EXPECT_EQ(scan.end, c.end) << c.name;
  }
}

TEST(ScanHead, BytesOneByOneAreJudgedAsTheWhole) {
  for (const ScanCase& c : kScans) {
    HeadScan scan;
    for (size_t size = 1; size <= c.bytes.size() && !scan.bad && !scan.end; ++size) {
      scan = ScanHead(absl::string_view(c.bytes).substr(0, size), size - 1);
    }
    EXPECT_EQ(scan.bad, c.bad) << c.name;
    EXPECT_EQ(scan.end, c.end) << c.name;
  }
}

TEST(EmptyLines, WholeOnesAtTheStartAreCountedInBytes) {
  EXPECT_EQ(EmptyLines("", 4), 0);
  EXPECT_EQ(EmptyLines("\r", 4), 0);
  EXPECT_EQ(EmptyLines("\n\r\n", 4), 0);
  EXPECT_EQ(EmptyLines("\r\n\r\nGET /\r\n", 4), 4);
  EXPECT_EQ(EmptyLines("\r\n\r\n\r\n", 2), 4);
}

struct TargetCase {
  std::string target;
  std::string read;  // "path query"; "none" if it is refused.
};

TEST(ReadTarget, EachTargetIsReadAsListed) {
  const TargetCase cases[] = {
      {"/", "/ "},
      {"/a?b=c?d", "/a b=c?d"},
      {"/a?", "/a "},
      {"//h/a", "//h/a "},
      {"/http://h/a", "/http://h/a "},
      {"http://h/a/b?c", "/a/b c"},
      {"HTTP://gateway.internal:8081/a", "/a "},
      {"https://[::1]:8081/a?b", "/a b"},
      {"http://h", "/ "},
      {"http://h?b", "/ b"},

      {"", "none"},
      {"*", "none"},
      {"a", "none"},
      {"?a", "none"},
      {"h:443", "none"},
      {"/a#b", "none"},
      {"/\xc3\xa4", "none"},
      {"http://h/a#b", "none"},
      {"http://h/\xc3\xa4", "none"},
      {"http://", "none"},
      {"http:///a", "none"},
      {"http:/a", "none"},
      {"http://user@h/a", "none"},
      {"http://h:80:90/a", "none"},
      {"http://h:/a", "none"},
      {"http://a\\b/", "none"},
      {"ftp://h/a", "none"},
      {"://h/a", "none"},
      {"hhttp://h/a", "none"},
  };
  for (const TargetCase& c : cases) {
    const absl::optional<Target> target = ReadTarget(c.target);
    EXPECT_EQ(target.has_value() ? target->path + " " + target->query : "none", c.read) << c.target;
  }
}

TEST(GlimpseHeaders, WholeLinesWithAColonAreSeen) {
  const Headers two = {{"x-callback-token", "t"}, {"a", "b: c"}};
  EXPECT_EQ(GlimpseHeaders("POST / HTTP/1.1\r\nX-Callback-Token: t\r\na:b: c\r\n\r\nz: z\r\n"),
            two);
  EXPECT_EQ(GlimpseHeaders("POST / HTTP/1.1\nX-Callback-Token : t\n folded\na:b: c\nd: cut"), two);
  for (const char* none : {"", "x-callback-token: t", "GET /\r\n", "GET /\r\n\r\na: b\r\n"}) {
    EXPECT_TRUE(GlimpseHeaders(none).empty()) << none;
  }
}

struct HeadersCase {
  std::string name;
  int minor_version;
  Headers headers;
  int status;
};

TEST(CheckHost, EachHostIsJudgedAsListed) {
  const HeadersCase cases[] = {
      {"NoHostInHttp10", 0, {}, 0},
      {"HostAndPort", 1, {{"host", "gateway.internal:8081"}}, 0},
      {"HostIpv6", 1, {{"host", "[::1]:8081"}}, 0},
      {"HostIpv6WithoutPort", 1, {{"host", "[::1]"}}, 0},
      {"NoHost", 1, {}, 400},
      {"TwoHosts", 1, {{"host", "h"}, {"host", "h"}}, 400},
      {"TwoHostsInHttp10", 0, {{"host", "h"}, {"host", "i"}}, 400},
      {"EmptyHost", 1, {{"host", ""}}, 400},
      {"HostWithBlank", 1, {{"host", "a b"}}, 400},
      {"HostWithPath", 1, {{"host", "a/b"}}, 400},
      {"HostWithUser", 1, {{"host", "a@b"}}, 400},
      {"HostWithGarbledPort", 1, {{"host", "a:b"}}, 400},
      {"HostWithEmptyPort", 1, {{"host", "a:"}}, 400},
      {"HostWithLongPort", 1, {{"host", "a:123456"}}, 400},
      {"HostBracketOpen", 1, {{"host", "[::1"}}, 400},
      {"HostBracketNames", 1, {{"host", "[gateway]"}}, 400},
  };
  for (const HeadersCase& c : cases) {
    EXPECT_EQ(CheckHost(c.minor_version, c.headers), c.status) << c.name;
  }
}

TEST(CheckBody, EachBodyIsJudgedAsListed) {
  const HeadersCase cases[] = {
      {"Plain", 1, {{"host", "h"}}, 0},
      {"ContentLength", 1, {{"host", "h"}, {"content-length", "12"}}, 0},
      {"Chunked", 1, {{"host", "h"}, {"transfer-encoding", "Chunked"}}, 0},

      {"TwoContentLengths",
       1,
       {{"host", "h"}, {"content-length", "1"}, {"content-length", "1"}},
       400},
      {"ContentLengthNegative", 1, {{"host", "h"}, {"content-length", "-1"}}, 400},
      {"ContentLengthSigned", 1, {{"host", "h"}, {"content-length", "+1"}}, 400},
      {"ContentLengthList", 1, {{"host", "h"}, {"content-length", "1, 1"}}, 400},
      {"ContentLengthEmpty", 1, {{"host", "h"}, {"content-length", ""}}, 400},
      {"ContentLengthHex", 1, {{"host", "h"}, {"content-length", "0x1"}}, 400},
      {"ContentLengthOfTwentyDigits",
       1,
       {{"host", "h"}, {"content-length", "18446744073709551617"}},
       400},
      {"ChunkedWithContentLength",
       1,
       {{"host", "h"}, {"content-length", "1"}, {"transfer-encoding", "chunked"}},
       400},
      {"ChunkedInHttp10", 0, {{"transfer-encoding", "chunked"}}, 400},
      {"ChunkedTwice",
       1,
       {{"host", "h"}, {"transfer-encoding", "chunked"}, {"transfer-encoding", "chunked"}},
       400},
      {"ChunkedListedTwice", 1, {{"host", "h"}, {"transfer-encoding", "chunked, chunked"}}, 501},
      {"ChunkedAfterGzip", 1, {{"host", "h"}, {"transfer-encoding", "gzip, chunked"}}, 501},
      {"TransferIdentity", 1, {{"host", "h"}, {"transfer-encoding", "identity"}}, 501},
      {"TransferXchunked", 1, {{"host", "h"}, {"transfer-encoding", "xchunked"}}, 501},
      {"ContentGzip", 1, {{"host", "h"}, {"content-encoding", "gzip"}}, 501},
      {"ContentIdentity", 1, {{"host", "h"}, {"content-encoding", "Identity"}}, 0},
      {"ContentEmpty", 1, {{"host", "h"}, {"content-encoding", " , "}}, 0},
      {"ContentIdentityAndGzip", 1, {{"host", "h"}, {"content-encoding", "identity, gzip"}}, 501},
      {"ContentGzipInTheSecond",
       1,
       {{"host", "h"}, {"content-encoding", ""}, {"content-encoding", "br"}},
       501},
  };
  for (const HeadersCase& c : cases) {
    EXPECT_EQ(CheckBody(c.minor_version, c.headers), c.status) << c.name;
  }
}

}  // namespace
}  // namespace kyc::http
