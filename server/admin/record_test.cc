#include "server/admin/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace kyc::admin {
namespace {

EndedCall Fine() {
  EndedCall call;
  call.ended = absl::FromUnixMicros(1'764'310'000'123'456);
  call.request_id = "12";
  call.method = "widekyc.v1.WideKycService/DetectLiveness";
  call.caller = "onboarding";
  call.code = absl::StatusCode::kOk;
  call.took = absl::Microseconds(1234);
  call.request_bytes = 102'400;
  return call;
}

EndedCall Failed() {
  EndedCall call = Fine();
  call.code = absl::StatusCode::kResourceExhausted;
  call.reason = "QUOTA_EXCEEDED";
  call.outcome = "refused";
  call.upstream = "widekyc";
  call.upstream_status = "200";
  call.attempts = "1";
  call.request_id = "a\"b\\c";
  return call;
}

template <typename Ended>
std::string Text(const Ended& ended) {
  return RecordText(RecordOf(ended));
}
template <typename Ended>
std::string Json(const Ended& ended) {
  return RecordJson(RecordOf(ended));
}

TEST(RecordTest, WhatACallSays) {
  EXPECT_EQ(Text(Fine()),
            "call method=widekyc.v1.WideKycService/DetectLiveness caller=onboarding code=OK "
            "took_us=1234 request_bytes=102400 request_id=12");
  EXPECT_EQ(Text(Failed()),
            "call method=widekyc.v1.WideKycService/DetectLiveness caller=onboarding "
            "code=RESOURCE_EXHAUSTED reason=QUOTA_EXCEEDED outcome=refused upstream=widekyc "
            "upstream_status=200 attempts=1 took_us=1234 request_bytes=102400 "
            "request_id=a\"b\\c");
  EXPECT_EQ(Json(Fine()),
            "{\"time\":\"2025-11-28T06:06:40.123456Z\",\"kind\":\"call\","
            "\"method\":\"widekyc.v1.WideKycService/DetectLiveness\",\"caller\":\"onboarding\","
            "\"code\":\"OK\",\"took_us\":1234,\"request_bytes\":102400,\"request_id\":\"12\"}");
  EXPECT_THAT(Json(Failed()),
              testing::HasSubstr("\"reason\":\"QUOTA_EXCEEDED\",\"outcome\":\"refused\","
                                 "\"upstream\":\"widekyc\",\"upstream_status\":200,\"attempts\":1,"
                                 "\"took_us\":1234,\"request_bytes\":102400,"
                                 "\"request_id\":\"a\\\"b\\\\c\"}"));
}

TEST(RecordTest, ACallInATraceNamesIt) {
  EndedCall call = Fine();
  call.span.context = *ReadTraceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");
  EXPECT_THAT(Text(call),
              testing::EndsWith(" request_id=12 trace_id=4bf92f3577b34da6a3ce929d0e0e4736"));
  EXPECT_THAT(Json(call), testing::EndsWith(",\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\"}"));
}

// A name is a text, whatever it looks like.
TEST(RecordTest, ACallerMayBeCalledByANumber) {
  EndedCall call = Fine();
  call.caller = "007";
  EXPECT_THAT(Text(call), testing::HasSubstr(" caller=007 "));
  EXPECT_THAT(Json(call), testing::HasSubstr("\"caller\":\"007\""));
}

TEST(RecordTest, WhatAnAttemptSays) {
  const EndedAttempt attempt = {.ended = Fine().ended,
                                .request_id = "12",
                                .caller = "onboarding",
                                .upstream = "widekyc",
                                .account = "main",
                                .result = "200",
                                .waited = absl::Milliseconds(2),
                                .took = absl::Seconds(3),
                                .request_bytes = 400,
                                .reply_bytes = 90};
  EXPECT_EQ(Text(attempt),
            "attempt upstream=widekyc account=main result=200 caller=onboarding waited_us=2000 "
            "took_us=3000000 request_bytes=400 reply_bytes=90 request_id=12");
  EXPECT_THAT(Json(attempt), testing::HasSubstr("\"kind\":\"attempt\",\"upstream\":\"widekyc\","
                                                "\"account\":\"main\",\"result\":200,"));
  EndedAttempt failed = attempt;
  failed.result = "attempt_timeout";
  EXPECT_THAT(Json(failed), testing::HasSubstr("\"result\":\"attempt_timeout\","));
}

TEST(RecordTest, WhatANotificationSays) {
  AnsweredNotification notification = {.answered = Fine().ended,
                                       .account = "main",
                                       .code = "2000000",
                                       .sequence = 17,
                                       .took = absl::Milliseconds(2),
                                       .bytes = 300};
  EXPECT_EQ(Text(notification),
            "notification account=main code=2000000 sequence=17 took_us=2000 bytes=300");
  notification.repeat = true;
  EXPECT_THAT(Json(notification), testing::HasSubstr("\"sequence\":17,\"repeat\":1,"));
  notification = {.answered = Fine().ended, .code = "4010000"};
  EXPECT_EQ(Text(notification), "notification code=4010000 took_us=0 bytes=0");
}

}  // namespace
}  // namespace kyc::admin
