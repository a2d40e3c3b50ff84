// What happens to a connection while nobody uses it: what comes on it is nobody's answer, and once
// it has ended no call is lost on it.
#include <memory>
#include <ostream>
#include <string>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "server/upstream/curl_loop.h"
#include "server/upstream/testing/fake_upstream.h"
#include "server/upstream/testing/test_client.h"

namespace kyc::upstream {
namespace {

struct Idle {
  const char* name;
  void (*then)(FakeConnection&);  // What the upstream does when the call is answered.
};
void PrintTo(const Idle& idle, std::ostream* out) { *out << idle.name; }

class IdleTest : public testing::TestWithParam<Idle> {
 protected:
  HttpResult Send(const FakeUpstream& upstream) {
    return SendAndWait(send_, TextRequest(upstream.url(), "{}"));
  }

  std::unique_ptr<CurlLoop> loop_ = CurlLoop::Start().value();
  SendHttp send_ = loop_->Sender({});
};

TEST_P(IdleTest, NextCallHasItsOwnAnswer) {
  absl::Notification answered;
  absl::Notification done;
  absl::Notification over;
  FakeUpstream upstream([&](FakeUpstream& self, FakeConnection& connection) {
    if (!self.Receive(connection)) return;
    if (connection.number() > 0) return connection.Write(Reply("second"));
    connection.Write(Reply("first"));
    answered.WaitForNotification();
    GetParam().then(connection);
    done.Notify();
    over.WaitForNotification();
  });
  FakeUpstream other(AnswerAll(Reply("other")));

  EXPECT_EQ(Describe(Send(upstream)), "200 first");
  answered.Notify();
  done.WaitForNotification();
  // Once this is answered the loop has seen what came before.
  EXPECT_EQ(Describe(Send(other)), "200 other");
  EXPECT_EQ(Describe(Send(upstream)), "200 second");
  EXPECT_EQ(upstream.connections(), 2);
  over.Notify();
}

INSTANTIATE_TEST_SUITE_P(
    All, IdleTest,
    testing::Values(
        Idle{"UnaskedReply", [](FakeConnection& c) { c.Write(Reply("somebody else's")); }},
        Idle{"TimeoutNotice", [](FakeConnection& c) { c.Write(Reply("", "408 Request Timeout")); }},
        Idle{"StartOfAReply", [](FakeConnection& c) { c.Write("HTTP/1.1 200 OK\r\nContent-Le"); }},
        Idle{"LineEnd", [](FakeConnection& c) { c.Write("\r\n"); }},
        Idle{"EndOfWriting", [](FakeConnection& c) { c.EndWriting(); }},
        Idle{"Close", [](FakeConnection& c) { c.Close(); }},
        Idle{"Reset", [](FakeConnection& c) { c.Reset(); }}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace kyc::upstream
