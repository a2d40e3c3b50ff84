#include "server/http/reply_text.h"

#include "gtest/gtest.h"

namespace kyc::http {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(784111777);

HttpReply Reply() {
  HttpReply reply;
  reply.status = 405;
  reply.headers = {{"Allow", "POST"}};
  reply.body = "{}";
  return reply;
}

TEST(ReplyText, KeptConnectionHasDateLengthAndBody) {
  EXPECT_EQ(ReplyText(Reply(), {}, kNow),
            "HTTP/1.1 405 Method Not Allowed\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Allow: POST\r\n"
            "Content-Type: application/json\r\n"
            "Content-Length: 2\r\n"
            "\r\n"
            "{}");
}

TEST(ReplyText, HeadAnswerHasLengthWithoutBody) {
  const std::string text = ReplyText(Reply(), {.head_only = true}, kNow);
  EXPECT_TRUE(text.ends_with("Content-Length: 2\r\n\r\n")) << text;
}

TEST(ReplyText, ClosedConnectionSaysClose) {
  const std::string text = ReplyText(Reply(), {.keep_alive = false, .http_1_0 = true}, kNow);
  EXPECT_NE(text.find("\r\nConnection: close\r\n"), std::string::npos) << text;
}

TEST(ReplyText, KeptHttp10ConnectionSaysKeepAlive) {
  const std::string text = ReplyText(Reply(), {.http_1_0 = true}, kNow);
  EXPECT_NE(text.find("\r\nConnection: keep-alive\r\n"), std::string::npos) << text;
}

TEST(ReplyText, EmptyBodyHasNoContentType) {
  EXPECT_EQ(ReplyText({}, {}, kNow),
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n");
}

TEST(ReplyText, HeaderWithLineBreakIsLeftOut) {
  HttpReply reply;
  reply.headers = {{"A", "b\r\nEvil: c"}, {"D\nEvil", "e"}, {"F", "g"}};
  const std::string text = ReplyText(reply, {}, kNow);
  EXPECT_EQ(text.find("Evil"), std::string::npos) << text;
  EXPECT_NE(text.find("\r\nF: g\r\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace kyc::http
