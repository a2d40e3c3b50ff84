#include "server/once/call_end.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "server/call/error.h"

namespace kyc::once {
namespace {

using events::KeyEnd;

absl::Status ErrorOf(absl::StatusCode code, Outcome outcome) {
  Error error;
  error.code = code;
  error.domain = "widekyc";
  error.reason = "REASON";
  error.message = "Something happened";
  error.metadata = {{"outcome", std::string(OutcomeText(outcome))}, {"trxId", "4711"}};
  error.retry_after = absl::Seconds(3);
  return ToStatus(error);
}

KeyEnd::Kind KindOf(absl::StatusCode code, Outcome outcome) {
  return EndOf(ErrorOf(code, outcome)).kind;
}

TEST(CallEndTest, AResponseIsTheAnswerByteByByte) {
  const std::string response("\0\x01response\xff", 11);
  const KeyEnd end = EndOf(response);
  EXPECT_EQ(end.kind, KeyEnd::Kind::kAnswered);
  ASSERT_TRUE(ResultOf(end.answer).ok());
  EXPECT_EQ(*ResultOf(end.answer), response);
  EXPECT_EQ(*ResultOf(EndOf(std::string()).answer), "");
}

TEST(CallEndTest, AnErrorThatIsTheAnswerComesBackWithAllItsDetails) {
  const absl::Status error = ErrorOf(absl::StatusCode::kUnknown, Outcome::kAnswered);
  const KeyEnd end = EndOf(error);
  EXPECT_EQ(end.kind, KeyEnd::Kind::kAnswered);
  const absl::Status again = ResultOf(end.answer).status();
  EXPECT_EQ(again, error);
  EXPECT_EQ(DetailsOf(again), DetailsOf(error));
}

TEST(CallEndTest, WhatIsKnownOfTheOutcomeDecides) {
  using Kind = KeyEnd::Kind;
  using Code = absl::StatusCode;
  EXPECT_EQ(KindOf(Code::kUnavailable, Outcome::kNotSent), Kind::kFree);
  EXPECT_EQ(KindOf(Code::kResourceExhausted, Outcome::kNotSent), Kind::kFree);
  EXPECT_EQ(KindOf(Code::kFailedPrecondition, Outcome::kNotSent), Kind::kFree);
  // Refused: free where every caller repeats it.
  EXPECT_EQ(KindOf(Code::kUnavailable, Outcome::kRefused), Kind::kFree);
  EXPECT_EQ(KindOf(Code::kResourceExhausted, Outcome::kRefused), Kind::kFree);
  EXPECT_EQ(KindOf(Code::kAborted, Outcome::kRefused), Kind::kFree);
  EXPECT_EQ(KindOf(Code::kInvalidArgument, Outcome::kRefused), Kind::kAnswered);
  EXPECT_EQ(KindOf(Code::kAlreadyExists, Outcome::kRefused), Kind::kAnswered);
  EXPECT_EQ(KindOf(Code::kFailedPrecondition, Outcome::kRefused), Kind::kAnswered);
  EXPECT_EQ(KindOf(Code::kInternal, Outcome::kAnswered), Kind::kAnswered);
  EXPECT_EQ(KindOf(Code::kUnavailable, Outcome::kUnknown), Kind::kLost);
  EXPECT_EQ(KindOf(Code::kDeadlineExceeded, Outcome::kUnknown), Kind::kLost);
}

TEST(CallEndTest, AnErrorThatSaysNothingIsLost) {
  EXPECT_EQ(EndOf(absl::UnavailableError("somebody's")).kind, KeyEnd::Kind::kLost);
  EXPECT_EQ(EndOf(GatewayBug("a test")).kind, KeyEnd::Kind::kLost);
}

TEST(CallEndTest, WhatIsNoAnswerIsNone) {
  for (const std::string& bad :
       {std::string(), std::string("\x03x"), std::string("\x02\xff\xff"), std::string("\x02")}) {
    EXPECT_EQ(ResultOf(bad).status().code(), absl::StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace kyc::once
