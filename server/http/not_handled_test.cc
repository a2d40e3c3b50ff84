// No request ends without its handler being told: over real sockets, whatever the listener does.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"
#include "server/http/server.h"
#include "server/http/testing/raw_client.h"
#include "server/http/testing/server_fixture.h"

namespace kyc::http {
namespace {

// "STATUS value of the header T" of each request that was not handled.
class Told {
 public:
  void Put(int status, const HttpCall& head) {
    const absl::MutexLock lock(&mutex_);
    lines_.push_back(absl::StrCat(status, " ", head.Header("t").value_or("-")));
  }
  // Waits for the first one and takes all.
  std::vector<std::string> Take() {
    const auto any = [this] { return !lines_.empty(); };
    const absl::MutexLock lock(&mutex_, absl::Condition(&any));
    return std::exchange(lines_, {});
  }

 private:
  absl::Mutex mutex_;
  std::vector<std::string> lines_;
};

class NotHandledTest : public ServerTest {
 protected:
  void Start(ServerOptions options) {
    Handler handler = Echo(held_);
    handler.not_handled = [this](int status, const HttpCall& head) { told_.Put(status, head); };
    ServerTest::Start(std::move(options), std::move(handler));
  }

  Told told_;
};

std::string Post(const std::string& headers, const std::string& body = "") {
  return absl::StrCat("POST / HTTP/1.1\r\nHost: h\r\nT: x\r\n", headers, "\r\n\r\n", body);
}

struct RefusedCase {
  std::string name;
  std::string bytes;
  int status;
};

const RefusedCase kRefused[] = {
    {"BareLineFeeds", "POST / HTTP/1.1\nT: x\n\n", 400},
    {"FoldedHeader", "POST / HTTP/1.1\r\nT: x\r\nA: b\r\n c\r\n\r\n", 400},
    {"NoVersion", "POST /\r\nT: x\r\n\r\n", 400},
    {"NoHost", "POST / HTTP/1.1\r\nT: x\r\n\r\n", 400},
    {"AsteriskTarget", "POST * HTTP/1.1\r\nHost: h\r\nT: x\r\n\r\n", 400},
    {"TwoLengths", Post("Content-Length: 1\r\nContent-Length: 2", "xx"), 400},
    {"BadChunk", Post("Transfer-Encoding: chunked", "x\r\n"), 400},
    {"TooLarge", Post("Content-Length: 11"), 413},
    {"TooLargeChunk", Post("Transfer-Encoding: chunked", "b\r\n"), 413},
    {"Gzip", Post("Content-Encoding: gzip\r\nContent-Length: 1", "x"), 501},
    {"UnknownCoding", Post("Transfer-Encoding: cow"), 501},
    {"EndlessHeader", Post("A: " + std::string(2000, 'a')), 431},
    {"SlowHead", "POST / HTTP/1.1\r\nT: x\r\nHo", 408},
    {"SlowBody", Post("Content-Length: 9", "x"), 408},
    {"NoReply", "GET /drop HTTP/1.1\r\nHost: h\r\nT: x\r\n\r\n", 500},
    {"NoReplyInTime", "GET /hold HTTP/1.1\r\nHost: h\r\nT: x\r\n\r\n", 500},
};

TEST_P(NotHandledTest, RefusedRequestIsToldWithWhatItsHeadSays) {
  Start({.max_body_bytes = 10,
         .max_header_bytes = 1000,
         .read_timeout = absl::Milliseconds(50),
         .reply_timeout = absl::Milliseconds(50)});
  for (const RefusedCase& c : kRefused) {
    EXPECT_EQ(StatusOf(Exchange(port(), c.bytes)), c.status) << c.name;
    EXPECT_EQ(told_.Take(), std::vector{absl::StrCat(c.status, " x")}) << c.name;
  }
}

TEST_P(NotHandledTest, RequestWhoseSenderGoesAwayIsTold) {
  Start({});
  for (const std::string& part :
       {Post("Content-Length: 9", "x"), std::string("A / HTTP/1.1\r\nT: x\r\n"),
        Post("Transfer-Encoding: chunked", "9\r\nx")}) {
    RawClient client(port());
    client.Send(part);
    client.EndSending();
    EXPECT_EQ(told_.Take(), std::vector<std::string>{"0 x"}) << part;
  }
}

TEST_P(NotHandledTest, RequestThatIsTurnedAwayAtTheLimitIsTold) {
  Start({.max_connections = 1});
  RawClient first(port());
  first.Send(absl::StrCat("GET /hold", kRest));
  OnReply reply = held_->Take();
  EXPECT_EQ(StatusOf(Exchange(port(), Post("Content-Length: 1", "x"))), 429);
  EXPECT_EQ(told_.Take(), std::vector<std::string>{"429 x"});
  std::move(reply)(Text(200, "held"));
}

TEST_P(NotHandledTest, HeadInPiecesThatIsTurnedAwayIsToldWhole) {
  Start({.max_connections = 1});
  RawClient first(port());
  first.Send(absl::StrCat("GET /hold", kRest));
  OnReply reply = held_->Take();
  RawClient second(port());
  second.Send("POST / HTTP/1.1\r\nHost: h\r\n");
  EXPECT_EQ(StatusOf(second.ReadResponse()), 429);
  second.Send("T: x\r\n\r\n");
  EXPECT_EQ(told_.Take(), std::vector<std::string>{"429 x"});
  std::move(reply)(Text(200, "held"));
}

TEST_P(NotHandledTest, HandledRequestsAreNot) {
  Start({});
  EXPECT_EQ(StatusOf(Exchange(port(), absl::StrCat("GET /refuse", kRest))), 401);
  EXPECT_EQ(StatusOf(Exchange(port(), "GET http://gateway/ HTTP/1.0\r\nT: x\r\n\r\n")), 200);
  Exchange(port(), "POST * HTTP/1.1\r\n\r\n");
  EXPECT_EQ(told_.Take(), std::vector<std::string>{"400 -"});
}

OVER_BOTH(NotHandledTest);

}  // namespace
}  // namespace kyc::http
