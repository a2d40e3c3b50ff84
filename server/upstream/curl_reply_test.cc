// Replies and the ends of connections: what is an answer, and what is which failure.
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "server/upstream/curl_loop.h"
#include "server/upstream/testing/fake_upstream.h"
#include "server/upstream/testing/test_client.h"

namespace kyc::upstream {
namespace {

class CurlReplyTest : public ::testing::Test {
 protected:
  HttpResult Send(const FakeUpstream& upstream, std::string text = "{}") {
    return SendAndWait(send_, TextRequest(upstream.url(), std::move(text)));
  }

  std::unique_ptr<CurlLoop> loop_ = CurlLoop::Start().value();
  SendHttp send_ = loop_->Sender({});
};

struct ReplyCase {
  const char* name;
  std::string reply;
  std::string expected;
};
void PrintTo(const ReplyCase& c, std::ostream* out) { *out << c.name; }

class ReplyTest : public CurlReplyTest, public testing::WithParamInterface<ReplyCase> {};

TEST_P(ReplyTest, IsReadOrRefused) {
  FakeUpstream upstream([](FakeUpstream& self, FakeConnection& connection) {
    if (self.Receive(connection)) connection.Write(GetParam().reply);
  });
  EXPECT_EQ(Describe(Send(upstream)), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, ReplyTest,
    testing::Values(
        ReplyCase{
            "Chunked",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
            "200 abc"},
        ReplyCase{
            "ChunkedWithTrailer",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nHTTP/1.1 500 "
            "x: y\r\n\r\n",
            "200 ab"},
        ReplyCase{"InterimFirst",
                  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" +
                      Reply("ok"),
                  "200 ok"},
        ReplyCase{"Http10UntilTheEnd", "HTTP/1.0 200 OK\r\n\r\nall of it", "200 all of it"},
        ReplyCase{"NoContent", "HTTP/1.1 204 No Content\r\n\r\n", "204 "},
        ReplyCase{"NothingAtAll", "", "connection_lost sent"},
        ReplyCase{"InterimOnly", "HTTP/1.1 100 Continue\r\n\r\n", "connection_lost sent"},
        ReplyCase{"ContentLengthTooLong", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
                  "reply_unreadable sent"},
        ReplyCase{"ChunkCut", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nab",
                  "reply_unreadable sent"},
        ReplyCase{"ChunkGarbled", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab",
                  "reply_unreadable sent"},
        ReplyCase{"CutInTheHeaders", "HTTP/1.1 200 OK\r\nContent-", "reply_unreadable sent"},
        ReplyCase{"NotHttp", "SSH-2.0-OpenSSH_9.2\r\n", "reply_unreadable sent"},
        ReplyCase{"CutInTheFirstLine", "HTTP/1.1 20", "connection_lost sent"},
        ReplyCase{"OverTheLimitByItsLength", "HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n",
                  "reply_too_large sent"},
        ReplyCase{"OverTheLimitWithoutLength",
                  "HTTP/1.1 200 OK\r\n\r\n" + std::string((1 << 20) + 1, 'x'),
                  "reply_too_large sent"},
        // Where it ends can be read in two ways.
        ReplyCase{"LengthTwice",
                  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!",
                  "reply_unreadable sent"},
        ReplyCase{"LengthTwiceAlike",
                  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", "200 ok"},
        ReplyCase{"LengthAndWord", "HTTP/1.1 200 OK\r\nContent-Length: 2, x\r\n\r\nok",
                  "reply_unreadable sent"},
        ReplyCase{"LengthWithPlus", "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok",
                  "reply_unreadable sent"},
        ReplyCase{"LengthWithBlankBeforeColon", "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok",
                  "reply_unreadable sent"},
        ReplyCase{"LengthFolded", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n 3\r\n\r\nok!",
                  "reply_unreadable sent"},
        ReplyCase{"ChunkedWithLength",
                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 12\r\n\r\n"
                  "2\r\nok\r\n0\r\n\r\n",
                  "reply_unreadable sent"},
        ReplyCase{"ChunkedTwice",
                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                  "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
                  "reply_unreadable sent"},
        ReplyCase{"ChunkedAndMore",
                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, x\r\n\r\n"
                  "2\r\nok\r\n0\r\n\r\n",
                  "reply_unreadable sent"},
        ReplyCase{"Identity", "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nok",
                  "reply_unreadable sent"},
        ReplyCase{"LfAmongCrLf", "HTTP/1.1 200 OK\r\nX: y\nContent-Length: 2\r\n\r\nok",
                  "reply_unreadable sent"},
        ReplyCase{"LfThroughout", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "200 ok"},
        ReplyCase{"CrInALine", "HTTP/1.1 200 OK\r\nX: y\rContent-Length: 3\r\n\r\nok",
                  "reply_unreadable sent"},
        ReplyCase{"NulInALine",
                  std::string("HTTP/1.1 200 OK\r\nX: \0\r\nContent-Length: 2\r\n\r\nok", 47),
                  "reply_unreadable sent"},
        ReplyCase{"OldHttp", "ok", "reply_unreadable sent"},
        ReplyCase{
            "EndlessInterimReplies",
            absl::StrCat(absl::StrJoin(
                             std::vector<std::string>(4000, "HTTP/1.1 102 Processing\r\n\r\n"), ""),
                         Reply("ok")),
            "reply_too_large sent"},
        ReplyCase{"EndlessHeaders",
                  "HTTP/1.1 200 OK\r\nX: " + std::string(66 << 10, 'x') + "\r\n\r\n",
                  "reply_too_large sent"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(CurlReplyTest, ReplyOfExactlyTheLimitIsRead) {
  const std::string body(1 << 20, 'x');
  FakeUpstream upstream(AnswerAll(Reply(body)));
  EXPECT_TRUE(Describe(Send(upstream)) == "200 " + body);
}

TEST_F(CurlReplyTest, WhatCameOfACutReplyIsHandedOver) {
  FakeUpstream upstream([](FakeUpstream& self, FakeConnection& connection) {
    if (self.Receive(connection)) {
      connection.Write("HTTP/1.1 202 Accepted\r\nContent-Length: 9\r\n\r\nshort");
    }
  });
  const HttpResult result = Send(upstream);
  const auto* failure = std::get_if<HttpFailure>(&result);
  ASSERT_NE(failure, nullptr);
  ASSERT_NE(failure->came, nullptr);
  EXPECT_EQ(failure->came->status, 202);
  EXPECT_EQ(failure->came->body, "short");
}

TEST_F(CurlReplyTest, ReplyThatComesByteByByteIsRead) {
  FakeUpstream upstream([](FakeUpstream& self, FakeConnection& connection) {
    if (self.Receive(connection)) connection.WriteSlowly(Reply("slow but whole"));
  });
  EXPECT_EQ(Describe(Send(upstream)), "200 slow but whole");
}

TEST_F(CurlReplyTest, ResetAfterTheWholeBodyIsALostConnection) {
  FakeUpstream upstream([](FakeUpstream& self, FakeConnection& connection) {
    self.Receive(connection);
    connection.Reset();
  });
  EXPECT_EQ(Describe(Send(upstream)), "connection_lost sent");
}

TEST_F(CurlReplyTest, CloseInTheMiddleOfTheBodyIsALostConnection) {
  FakeUpstream upstream([](FakeUpstream&, FakeConnection& connection) {
    absl::optional<SeenRequest> request = connection.ReadHead();
    if (request) connection.ReadBody(*request, 1000);
  });
  EXPECT_EQ(Describe(Send(upstream, std::string(8 << 20, 'x'))), "connection_lost sent");
}

}  // namespace
}  // namespace kyc::upstream
