#include "server/admin/call_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

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

TEST(CallLogTest, WhatItSays) {
  EXPECT_EQ(CallText(Fine()),
            "call method=widekyc.v1.WideKycService/DetectLiveness caller=onboarding code=OK "
            "took_us=1234 request_bytes=102400 request_id=12");
  EXPECT_EQ(CallText(Failed()),
            "call method=widekyc.v1.WideKycService/DetectLiveness caller=onboarding "
            "code=RESOURCE_EXHAUSTED reason=QUOTA_EXCEEDED outcome=refused upstream=widekyc "
            "upstream_status=200 attempts=1 took_us=1234 request_bytes=102400 "
            "request_id=a\"b\\c");
  EXPECT_EQ(CallJson(Fine()),
            "{\"time\":\"2025-11-28T06:06:40.123456Z\",\"kind\":\"call\","
            "\"method\":\"widekyc.v1.WideKycService/DetectLiveness\",\"caller\":\"onboarding\","
            "\"code\":\"OK\",\"took_us\":1234,\"request_bytes\":102400,\"request_id\":\"12\"}");
  EXPECT_THAT(CallJson(Failed()),
              testing::HasSubstr("\"reason\":\"QUOTA_EXCEEDED\",\"outcome\":\"refused\","
                                 "\"upstream\":\"widekyc\",\"upstream_status\":200,\"attempts\":1,"
                                 "\"took_us\":1234,\"request_bytes\":102400,"
                                 "\"request_id\":\"a\\\"b\\\\c\"}"));
}

// A name is a text, whatever it looks like.
TEST(CallLogTest, ACallerMayBeCalledByANumber) {
  EndedCall call = Fine();
  call.caller = "007";
  EXPECT_THAT(CallText(call), testing::HasSubstr(" caller=007 "));
  EXPECT_THAT(CallJson(call), testing::HasSubstr("\"caller\":\"007\""));
}

TEST(CallLogTest, ALineThatIsLeftOutIsCounted) {
  absl::Time now = absl::UnixEpoch();
  std::vector<std::string> said;
  CallLog log(
      2, [&](const EndedCall& call) { said.push_back(call.request_id); },
      [&](int64_t calls) { said.push_back(absl::StrCat(calls, " left out")); },
      [&] { return now; });
  for (int i = 0; i < 5; ++i) log.Note(Fine());
  EXPECT_THAT(said, testing::ElementsAre("12", "12"));
  now += absl::Seconds(1);
  log.Note(Failed());
  EXPECT_THAT(said, testing::ElementsAre("12", "12", "3 left out", "a\"b\\c"));
}

}  // namespace
}  // namespace kyc::admin
