// Heads of replies, and whether where such a reply ends can be read in one way only.
#include "server/upstream/reply_framing.h"

#include <ostream>
#include <string>

#include "gtest/gtest.h"
#include "server/upstream/reply_reader.h"

namespace kyc::upstream {
namespace {

struct Head {
  const char* name;
  std::string lines;  // After the status line, before the empty one.
  bool clear;
};
void PrintTo(const Head& head, std::ostream* out) { *out << head.name; }

// Whether a reader takes the reply, line by line as libcurl gives them.
bool IsReply(absl::string_view head) {
  ReplyReader reader;
  reader.Begin(100);
  while (!head.empty()) {
    const size_t end = head.find('\n') + 1;
    if (!reader.Line(head.substr(0, end))) return false;
    head.remove_prefix(end);
  }
  return reader.headers_whole();
}

class HeadTest : public testing::TestWithParam<Head> {};

TEST_P(HeadTest, IsClearOrNoReply) {
  EXPECT_EQ(IsReply("HTTP/1.1 200 OK\r\n" + GetParam().lines + "\r\n"), GetParam().clear);
}

const std::string kNul(1, '\0');

INSTANTIATE_TEST_SUITE_P(
    All, HeadTest,
    testing::Values(
        Head{"NoLength", "X: y\r\n", true}, Head{"Length", "Content-Length: 5\r\n", true},
        Head{"LengthOfZero", "CONTENT-LENGTH:0\r\n", true},
        Head{"LengthTwiceAlike", "Content-Length: 5\r\nContent-Length: 5\r\n", true},
        Head{"LengthListedAlike", "Content-Length: 5, 5\r\n", true},
        Head{"LengthTwice", "Content-Length: 5\r\nContent-Length: 6\r\n", false},
        Head{"LengthListed", "Content-Length: 5, 6\r\n", false},
        Head{"LengthAndWord", "Content-Length: 5, x\r\n", false},
        Head{"LengthWithComma", "Content-Length: 5,\r\n", false},
        Head{"LengthWithPlus", "Content-Length: +5\r\n", false},
        Head{"LengthNegative", "Content-Length: -5\r\n", false},
        Head{"LengthInHex", "Content-Length: 0x5\r\n", false},
        Head{"LengthWithUnit", "Content-Length: 5b\r\n", false},
        Head{"LengthWithBlankInIt", "Content-Length: 5 6\r\n", false},
        Head{"LengthEmpty", "Content-Length:\r\n", false},
        Head{"LengthBeyondAll", "Content-Length: 99999999999999999999\r\n", false},
        Head{"BlankBeforeColon", "Content-Length : 5\r\n", false},
        Head{"TabInName", "Content-\tLength: 5\r\n", false},
        Head{"BlankBeforeColonOfAnother", "X : 5\r\n", true},
        Head{"Chunked", "Transfer-Encoding: chunked\r\n", true},
        Head{"ChunkedInCapitals", "Transfer-Encoding: CHUNKED\r\n", true},
        Head{"ChunkedTwice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", false},
        Head{"ChunkedListedTwice", "Transfer-Encoding: chunked, chunked\r\n", false},
        Head{"ChunkedAndMore", "Transfer-Encoding: chunked, x\r\n", false},
        Head{"MoreAndChunked", "Transfer-Encoding: gzip, chunked\r\n", false},
        Head{"ChunkedLike", "Transfer-Encoding: xchunked\r\n", false},
        Head{"ChunkedWithParameter", "Transfer-Encoding: chunked;x=y\r\n", false},
        Head{"Identity", "Transfer-Encoding: identity\r\n", false},
        Head{"CodingEmpty", "Transfer-Encoding:\r\n", false},
        Head{"ChunkedWithLength", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", false},
        Head{"LengthWithChunked", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", false},
        Head{"FoldedLength", "Content-Length: 5\r\n 6\r\n", false},
        Head{"FoldedCoding", "Transfer-Encoding:\r\n chunked\r\n", false},
        Head{"FoldedStatusLine", " Content-Length: 5\r\n", false},
        Head{"FoldedOther", "X: y\r\n\tContent-Length: 5\r\n", true},
        Head{"LfAmongCrLf", "X: y\nContent-Length: 5\r\n", false},
        Head{"CrInALine", "X: y\rContent-Length: 5\r\n", false},
        Head{"NulInALine", "X: y" + kNul + "z\r\n", false}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(ReplyHead, OnlyLfThroughoutIsClear) {
  EXPECT_TRUE(IsReply("HTTP/1.1 200 OK\nContent-Length: 5\n\n"));
  EXPECT_FALSE(IsReply("HTTP/1.1 200 OK\nContent-Length: 5\r\n\n"));
}

TEST(ReplyHead, StatusLineIsOfHttp1) {
  for (const char* line : {"HTTP/1.1 200 OK", "HTTP/1.1 200", "HTTP/1.1 200 ", "HTTP/1.0 200 OK"}) {
    EXPECT_TRUE(IsReply(std::string(line) + "\r\n\r\n")) << line;
  }
  for (const char* line : {"HTTP/1.1  200 OK", "HTTP/1.1 2000", "HTTP/1.1 20", "HTTP/1.1 +20 OK",
                           "HTTP/1.1\t200 OK", "HTTP/2 200", "HTTP/1.2 200 OK", "HTTP/0.9 200 OK",
                           "http/1.1 200 OK", "HTTP/1.1", " HTTP/1.1 200 OK", ""}) {
    EXPECT_FALSE(IsReply(std::string(line) + "\r\n\r\n")) << line;
  }
}

TEST(ReplyHead, Http10KnowsNoChunks) {
  EXPECT_FALSE(IsReply("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
}

TEST(ReplyHead, InterimRepliesAreJudgedToo) {
  const std::string final_one = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
  EXPECT_TRUE(IsReply("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + final_one));
  EXPECT_FALSE(
      IsReply("HTTP/1.1 103 x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n" + final_one));
}

}  // namespace
}  // namespace kyc::upstream
