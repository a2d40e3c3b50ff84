// No body is ever delivered twice. Without our guard (defects/double_send.patch) this test must
// fail: BUILD.bazel's double_send_unguarded_test, see there.
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/upstream/curl_loop.h"
#include "server/upstream/testing/fake_upstream.h"
#include "server/upstream/testing/test_client.h"

namespace kyc::upstream {
namespace {

constexpr size_t kSmall = 100;
constexpr size_t kLarge = 1'000'000;
constexpr int kPool = 8;
constexpr int kRounds = 40;

// A body that no other call has.
std::string UniqueBody(int number, size_t size) {
  std::string body = absl::StrCat("call ", number, " ");
  body.resize(size, 'x');
  return body;
}

// What the upstream does with a request on a connection that was used before.
struct Fault {
  const char* name;
  size_t body_size;
  void (*act)(FakeUpstream&, FakeConnection&);
  // Whether the upstream may have had the whole body.
  bool delivered;
};
void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

void CloseAtFirstByte(FakeUpstream&, FakeConnection& connection) {
  connection.WaitForByte();
  connection.Close();
}
void ResetAtFirstByte(FakeUpstream&, FakeConnection& connection) {
  connection.WaitForByte();
  connection.Reset();
}
void ResetInBody(FakeUpstream& self, FakeConnection& connection) {
  absl::optional<SeenRequest> request = connection.ReadHead();
  if (!request) return;
  connection.ReadBody(*request, 50'000);
  self.Note(*request);
  connection.Reset();
}
void CloseAfterBody(FakeUpstream& self, FakeConnection& connection) { self.Receive(connection); }
void ResetAfterBody(FakeUpstream& self, FakeConnection& connection) {
  self.Receive(connection);
  connection.Reset();
}
void CutFirstLine(FakeUpstream& self, FakeConnection& connection) {
  self.Receive(connection);
  connection.Write("HTTP/1.");
}
void CloseIdle(FakeUpstream&, FakeConnection& connection) { connection.Close(); }
void ResetIdle(FakeUpstream&, FakeConnection& connection) { connection.Reset(); }

class DoubleSendTest : public testing::TestWithParam<Fault> {
 protected:
  // The first request of a connection is answered once `pool` of them are there, so that a pool of
  // so many connections is open; the second one meets the fault.
  FakeUpstream::Script FaultOnReuse() {
    return [this](FakeUpstream& self, FakeConnection& connection) {
      absl::optional<SeenRequest> request = self.Receive(connection);
      if (!request) return;
      if (connection.number() < kPool) self.AwaitSeen(kPool);
      connection.Write(Reply("first"));
      GetParam().act(self, connection);
    };
  }

  // Opens the pool.
  void WarmUp(const FakeUpstream& upstream) {
    Results results;
    for (int i = 0; i < kPool; ++i) {
      send_({}, TextRequest(upstream.url(), absl::StrCat("warm ", i)), results.For(i));
    }
    results.Await(kPool);
  }

  void ExpectNoBodyTwice(FakeUpstream& upstream, const std::multimap<int, HttpResult>& results) {
    upstream.Stop();
    for (const auto& [i, result] : results) {
      const int whole = upstream.WholeBodies(UniqueBody(i, GetParam().body_size));
      EXPECT_LE(whole, 1) << "call " << i << ": " << Describe(result);
      if (std::holds_alternative<HttpResponse>(result)) {
        EXPECT_EQ(whole, 1) << "call " << i;
      } else if (!std::get<HttpFailure>(result).sent) {
        EXPECT_EQ(whole, 0) << "call " << i << " was said not to be sent";
      }
    }
  }

  std::unique_ptr<CurlLoop> loop_ = CurlLoop::Start().value();
  SendHttp send_ = loop_->Sender({.attempt_timeout = absl::Seconds(5)});
};

TEST_P(DoubleSendTest, BodyArrivesAtMostOnceOverAPoolOfFaultyConnections) {
  FakeUpstream upstream(FaultOnReuse());
  WarmUp(upstream);
  const int calls = GetParam().body_size == kLarge ? kRounds : 4 * kRounds;
  Results results;
  for (int i = 0; i < calls; ++i) {
    send_({}, TextRequest(upstream.url(), UniqueBody(i, GetParam().body_size)), results.For(i));
    results.Await(i + 1);
  }
  ExpectNoBodyTwice(upstream, results.Await(calls));
}

TEST_P(DoubleSendTest, BodyArrivesAtMostOnceWithManyCallsAtATime) {
  FakeUpstream upstream(FaultOnReuse());
  const int calls = GetParam().body_size == kLarge ? 60 : 800;
  Results results;
  for (int i = 0; i < calls; ++i) {
    send_({}, TextRequest(upstream.url(), UniqueBody(i, GetParam().body_size)), results.For(i));
    if (i % 20 == 19) results.Await(i - 9);
  }
  ExpectNoBodyTwice(upstream, results.Await(calls));
}

// The fault must really have happened, or the two tests above prove nothing.
TEST_P(DoubleSendTest, CallOnAFaultyConnectionEndsAsTheFaultSays) {
  FakeUpstream upstream(FaultOnReuse());
  WarmUp(upstream);
  const std::string body = UniqueBody(0, GetParam().body_size);
  const std::string result = Describe(SendAndWait(send_, TextRequest(upstream.url(), body)));
  if (GetParam().delivered) {
    EXPECT_EQ(result, "connection_lost sent");
    EXPECT_EQ(upstream.WholeBodies(body), 1);
  } else {
    EXPECT_TRUE(result == "200 first" || result.rfind("connection_lost", 0) == 0) << result;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Faults, DoubleSendTest,
    testing::Values(Fault{"IdleCloseSmall", kSmall, CloseIdle, false},
                    Fault{"IdleCloseLarge", kLarge, CloseIdle, false},
                    Fault{"IdleResetSmall", kSmall, ResetIdle, false},
                    Fault{"IdleResetLarge", kLarge, ResetIdle, false},
                    Fault{"CloseAtFirstByteSmall", kSmall, CloseAtFirstByte, false},
                    Fault{"CloseAtFirstByteLarge", kLarge, CloseAtFirstByte, false},
                    Fault{"ResetAtFirstByteSmall", kSmall, ResetAtFirstByte, false},
                    Fault{"ResetAtFirstByteLarge", kLarge, ResetAtFirstByte, false},
                    Fault{"ResetInBodyLarge", kLarge, ResetInBody, false},
                    Fault{"CloseAfterBodySmall", kSmall, CloseAfterBody, true},
                    Fault{"CloseAfterBodyLarge", kLarge, CloseAfterBody, true},
                    Fault{"ResetAfterBodySmall", kSmall, ResetAfterBody, true},
                    Fault{"ResetAfterBodyLarge", kLarge, ResetAfterBody, true},
                    Fault{"CutFirstLineSmall", kSmall, CutFirstLine, true},
                    Fault{"CutFirstLineLarge", kLarge, CutFirstLine, true}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace kyc::upstream
