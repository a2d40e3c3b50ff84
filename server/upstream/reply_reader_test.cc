#include "server/upstream/reply_reader.h"

#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kyc::upstream {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

class ReplyReaderTest : public testing::Test {
 protected:
  ReplyReaderTest() { reader_.Begin(10); }
  void Lines(std::initializer_list<const char*> lines) {
    for (const char* line : lines) EXPECT_TRUE(reader_.Line(line)) << line;
  }
  ReplyReader reader_;
};

TEST_F(ReplyReaderTest, HeadersOfInterimRepliesAndTrailersAreDropped) {
  Lines({"HTTP/1.1 103 Early Hints\r\n", "Link: a\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", "B: 1\r\n",
         "\r\n"});
  EXPECT_TRUE(reader_.Body("x"));
  Lines({"Retry-After: 1\r\n", "HTTP/1.1 500 forged: x\r\n", "\r\n"});
  const HttpResponse response = std::move(reader_).Take();
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.headers, ElementsAre(Pair("b", "1")));
}

TEST_F(ReplyReaderTest, InterimReplyIsNoBeginning) {
  Lines({"HTTP/1.1 100 Continue\r\n", "\r\n"});
  EXPECT_FALSE(reader_.began());
  EXPECT_FALSE(reader_.headers_whole());
}

TEST_F(ReplyReaderTest, ReplyIsWholeOnceItsContentLengthArrived) {
  Lines({"HTTP/1.1 200 OK\r\n", "Content-Length: 3\r\n"});
  EXPECT_FALSE(reader_.headers_whole());
  Lines({"\r\n"});
  EXPECT_TRUE(reader_.headers_whole());
  reader_.Body("ab");
  EXPECT_FALSE(reader_.whole());
  reader_.Body("c");
  EXPECT_TRUE(reader_.whole());
}

TEST_F(ReplyReaderTest, BodyOverTheLimitIsRefused) {
  Lines({"HTTP/1.1 200 OK\r\n", "\r\n"});
  EXPECT_TRUE(reader_.Body("0123456789"));
  EXPECT_FALSE(reader_.too_large());
  EXPECT_FALSE(reader_.Body("x"));
  EXPECT_TRUE(reader_.too_large());
}

TEST_F(ReplyReaderTest, StatusLineWithoutStatusIsNoReply) {
  EXPECT_FALSE(reader_.Line("HTTP/1.1 abc\r\n"));
  EXPECT_TRUE(reader_.began());
  EXPECT_FALSE(reader_.headers_whole());
}

TEST_F(ReplyReaderTest, BeginForgetsEverything) {
  Lines({"HTTP/1.1 200 OK\r\n", "Content-Length: 3\r\n", "\r\n"});
  reader_.Body("abc");
  reader_.Begin(10);
  EXPECT_FALSE(reader_.began());
  EXPECT_FALSE(reader_.headers_whole());
  EXPECT_EQ(std::move(reader_).Take().body, "");
}

}  // namespace
}  // namespace kyc::upstream
