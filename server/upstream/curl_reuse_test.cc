// What an upstream sends on a connection that nobody uses is nobody's answer.
#include <memory>
#include <ostream>
#include <string>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "server/upstream/curl_loop.h"
#include "server/upstream/fake_upstream.h"
#include "server/upstream/test_client.h"

namespace kyc::upstream {
namespace {

struct Unasked {
  const char* name;
  std::string bytes;
};
void PrintTo(const Unasked& unasked, std::ostream* out) { *out << unasked.name; }

class UnaskedTest : public testing::TestWithParam<Unasked> {
 protected:
  HttpResult Send(const FakeUpstream& upstream) {
    return SendAndWait(send_, TextRequest(upstream.url(), "{}"));
  }

  std::unique_ptr<CurlLoop> loop_ = CurlLoop::Start().value();
  SendHttp send_ = loop_->Sender({});
};

TEST_P(UnaskedTest, IsNotTheNextCallsAnswer) {
  absl::Notification answered;
  absl::Notification said;
  FakeUpstream upstream([&](FakeUpstream& self, FakeConnection& connection) {
    if (!self.Receive(connection)) return;
    if (connection.number() > 0) return connection.Write(Reply("second"));
    connection.Write(Reply("first"));
    answered.WaitForNotification();
    connection.Write(GetParam().bytes);
    said.Notify();
    connection.Drain();
  });
  FakeUpstream other(AnswerAll(Reply("other")));

  EXPECT_EQ(Describe(Send(upstream)), "200 first");
  answered.Notify();
  said.WaitForNotification();
  // Once this is answered the loop has seen what came before.
  EXPECT_EQ(Describe(Send(other)), "200 other");
  EXPECT_EQ(Describe(Send(upstream)), "200 second");
  EXPECT_EQ(upstream.connections(), 2);
}

INSTANTIATE_TEST_SUITE_P(All, UnaskedTest,
                         testing::Values(Unasked{"Reply", Reply("somebody else's")},
                                         Unasked{"TimeoutNotice", Reply("", "408 Request Timeout")},
                                         Unasked{"StartOfAReply", "HTTP/1.1 200 OK\r\nContent-Le"},
                                         Unasked{"LineEnd", "\r\n"}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace kyc::upstream
