// A call in its caller's trace: what the upstream, the log and the collector are told of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/gateway_test.h"
#include "tests/support/planted.h"
#include "tests/support/requests.h"
#include "tests/support/scripted_upstream.h"

namespace kyc::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kTrace[] = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr char kParent[] = "00f067aa0ba902b7";
constexpr char kLive[] =
    R"({"statusCode":"SUCCESSFUL","content":{"result":{"trx_id":"1","status":"success",)"
    R"("result":"True","timestamp":1680060646134}}})";

// Answers every request alike, and remembers it.
class Recorder {
 public:
  explicit Recorder(std::string body) : body_(std::move(body)) {}

  std::string url() const { return upstream_.url(); }
  // The requests so far; waits until there is one with this text.
  std::vector<std::string> Await(const std::string& text) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
      return std::any_of(requests_.begin(), requests_.end(), [&](const std::string& request) {
        return absl::StrContains(request, text);
      });
    });
    return requests_;
  }

 private:
  void Serve(ScriptedPeer& peer) {
    while (const auto request = peer.ReadRequest()) {
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request->head + request->body);
      }
      changed_.notify_all();
      peer.Write(
          absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: ", body_.size(), "\r\n\r\n", body_));
    }
  }

  const std::string body_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> requests_;  // Guarded by mutex_.
  ScriptedUpstream upstream_{[this](ScriptedPeer& peer) { Serve(peer); }};
};

class TracingTest : public GatewayTest {
 protected:
  static CallOptions Traced(const std::string& flags) {
    return {.headers = {{"x-request-id", "call-7"},
                        {"traceparent", absl::StrCat("00-", kTrace, "-", kParent, "-", flags)}}};
  }

  Recorder upstream_{kLive};
  Recorder collector_{"{}"};
};

TEST_F(TracingTest, WithoutACollectorTheTraceIsPassedOnAndStandsInTheLog) {
  StartGateway({.widekyc_url = upstream_.url(),
                .widekyc_upstream = R"(request_id_header: "X-Call" send_traceparent: true)"});
  EXPECT_TRUE(client().DetectLiveness(Liveness(), Traced("01")).ok());
  const std::string request = upstream_.Await("X-Call: call-7\r\n").front();
  EXPECT_THAT(request,
              HasSubstr(absl::StrCat("traceparent: 00-", kTrace, "-", kParent, "-01\r\n")));
  EXPECT_TRUE(gateway().process().AwaitError(absl::StrCat("request_id=call-7 trace_id=", kTrace)));
}

TEST_F(TracingTest, TheUpstreamIsToldNothingUnasked) {
  StartGateway({.widekyc_url = upstream_.url()});
  EXPECT_TRUE(client().DetectLiveness(Liveness(), Traced("01")).ok());
  const std::string request = upstream_.Await("POST").front();
  EXPECT_THAT(request, Not(HasSubstr("call-7")));
  EXPECT_THAT(request, Not(HasSubstr(kTrace)));
}

TEST_F(TracingTest, TheCollectorIsToldOfTheCallAndOfItsAttempt) {
  StartGateway(
      {.widekyc_url = upstream_.url(),
       .widekyc_upstream = "send_traceparent: true",
       .more = absl::StrCat("tracing { otlp_url: \"", collector_.url(), "/v1/traces\" }")});
  EXPECT_TRUE(client().DetectLiveness(Liveness(), Traced("01")).ok());
  // What is not asked to be recorded is not.
  EXPECT_TRUE(client().DetectLiveness(Liveness(), Traced("00")).ok());
  EXPECT_TRUE(client().DetectLiveness(Liveness()).ok());
  EXPECT_EQ(StopGateway(), 0);  // The last is told at the end, so all has been told.

  std::map<int64_t, boost::json::object> spans;  // By kind.
  for (const std::string& request : collector_.Await("\"kind\":2")) {
    EXPECT_THAT(request, HasSubstr("POST /v1/traces HTTP/1.1\r\n"));
    EXPECT_THAT(PlantedIn(request), testing::IsEmpty());
    const auto body = boost::json::parse(request.substr(request.find("\r\n\r\n") + 4));
    for (const auto& span : body.at_pointer("/resourceSpans/0/scopeSpans/0/spans").as_array()) {
      const bool is_new =
          spans.emplace(span.at("kind").to_number<int64_t>(), span.as_object()).second;
      EXPECT_TRUE(is_new);
    }
  }
  ASSERT_EQ(spans.size(), 2U);
  const boost::json::object& call = spans.at(2);
  const boost::json::object& attempt = spans.at(3);
  EXPECT_EQ(call.at("traceId"), kTrace);
  EXPECT_EQ(call.at("parentSpanId"), kParent);
  EXPECT_EQ(call.at("name"), "widekyc.v1.WideKycService/DetectLiveness");
  EXPECT_EQ(attempt.at("traceId"), kTrace);
  EXPECT_EQ(attempt.at("parentSpanId"), call.at("spanId"));
  upstream_.Await(absl::StrCat("traceparent: 00-", kTrace, "-",
                               std::string(attempt.at("spanId").as_string()), "-01\r\n"));
}

}  // namespace
}  // namespace kyc::tests
