#include "server/tracing/otlp_json.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/time/time.h"
#include "server/call/span.h"

namespace kyc::tracing {
namespace {

constexpr char kSampled[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

Span Child() {
  Span span = {.context = *ReadTraceparent(kSampled), .parent = {}, .recorded = true};
  span.parent = {1, 2, 3, 4, 5, 6, 7, 8};
  return span;
}

EndedCall Failed() {
  EndedCall call;
  call.ended = absl::FromUnixNanos(1'764'310'000'123'456'789);
  call.request_id = "a\"b";
  call.method = "widekyc.v1.WideKycService/DetectLiveness";
  call.caller = "onboarding";
  call.code = absl::StatusCode::kUnknown;
  call.took = absl::Nanoseconds(456'789);
  call.reason = "UPSTREAM_TIMEOUT";
  call.outcome = "unknown";
  call.span = Child();
  return call;
}

EndedAttempt Answered() {
  return {.ended = absl::FromUnixNanos(1'764'310'000'000'000'000),
          .request_id = "12",
          .caller = "onboarding",
          .upstream = "widekyc",
          .account = "main",
          .result = "200",
          .took = absl::Seconds(1),
          .span = {.context = *ReadTraceparent(kSampled), .parent = {}, .recorded = true}};
}

TEST(OtlpJsonTest, IsWhatACollectorReads) {
  EXPECT_EQ(OtlpJson({RecordOf(Failed()), RecordOf(Answered())}, "1.2.3"),
            R"({"resourceSpans":[{"resource":{"attributes":[)"
            R"({"key":"service.name","value":{"stringValue":"kyc-gateway"}},)"
            R"({"key":"service.version","value":{"stringValue":"1.2.3"}}]},)"
            R"("scopeSpans":[{"scope":{"name":"kyc-gateway"},"spans":[)"
            R"({"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7",)"
            R"("parentSpanId":"0102030405060708",)"
            R"("name":"widekyc.v1.WideKycService/DetectLiveness","kind":2,)"
            R"("startTimeUnixNano":"1764310000123000000","endTimeUnixNano":"1764310000123456789",)"
            R"("status":{"code":2},"attributes":[)"
            R"({"key":"rpc.system","value":{"stringValue":"grpc"}},)"
            R"({"key":"rpc.service","value":{"stringValue":"widekyc.v1.WideKycService"}},)"
            R"({"key":"rpc.method","value":{"stringValue":"DetectLiveness"}},)"
            R"({"key":"rpc.grpc.status_code","value":{"intValue":"2"}},)"
            R"({"key":"kyc.caller","value":{"stringValue":"onboarding"}},)"
            R"({"key":"kyc.request_id","value":{"stringValue":"a\"b"}},)"
            R"({"key":"kyc.reason","value":{"stringValue":"UPSTREAM_TIMEOUT"}},)"
            R"({"key":"kyc.outcome","value":{"stringValue":"unknown"}}]},)"
            R"({"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7",)"
            R"("name":"POST widekyc","kind":3,)"
            R"("startTimeUnixNano":"1764309999000000000","endTimeUnixNano":"1764310000000000000",)"
            R"("status":{},"attributes":[)"
            R"({"key":"http.request.method","value":{"stringValue":"POST"}},)"
            R"({"key":"http.response.status_code","value":{"intValue":"200"}},)"
            R"({"key":"kyc.upstream","value":{"stringValue":"widekyc"}},)"
            R"({"key":"kyc.account","value":{"stringValue":"main"}},)"
            R"({"key":"kyc.request_id","value":{"stringValue":"12"}}]}]}]}]})");
}

TEST(OtlpJsonTest, AnAttemptFailsByItsStatusOrByWhatHappened) {
  EndedAttempt attempt = Answered();
  attempt.result = "503";
  const SpanRecord refused = RecordOf(attempt);
  EXPECT_TRUE(refused.failed);
  EXPECT_EQ(absl::get<int64_t>(refused.attributes[1].second), 503);
  EXPECT_EQ(absl::get<std::string>(refused.attributes[2].second), "503");
  attempt.result = "unreachable";
  const SpanRecord lost = RecordOf(attempt);
  EXPECT_TRUE(lost.failed);
  EXPECT_STREQ(lost.attributes[1].first, "error.type");
  EXPECT_EQ(absl::get<std::string>(lost.attributes[1].second), "unreachable");
}

}  // namespace
}  // namespace kyc::tracing
