#include "server/upstream/log_failures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/upstream/testing/fake_time.h"

namespace kyc::upstream {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class LogFailuresTest : public testing::Test {
 protected:
  LogFailuresTest() { log_->set_pattern("%v"); }

  void End(HttpResult result) {
    next_ = std::move(result);
    CallContext context;
    context.request_id = absl::StrCat("r", ++calls_);
    bool answered = false;
    send_(context, {}, [&answered](HttpResult) { answered = true; });
    EXPECT_TRUE(answered);
  }
  void Fail(FailureKind kind, bool sent = false) {
    HttpFailure failure;
    failure.kind = kind;
    failure.sent = sent;
    failure.cause = "why";
    End(std::move(failure));
  }
  void Answer() { End(HttpResponse{.status = 200, .headers = {}, .body = ""}); }

  // What was written since the last look.
  std::vector<std::string> Lines() {
    const std::string text = text_.str();
    text_.str("");
    return absl::StrSplit(text, '\n', absl::SkipEmpty());
  }

  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> log_ = std::make_shared<spdlog::logger>(
      "log", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_));
  FakeTime time_;
  HttpResult next_;
  int calls_ = 0;
  SendHttp send_ =
      LogFailures([this](const CallContext&, HttpRequest,
                         OnResponse done) { std::move(done)(std::exchange(next_, HttpResult())); },
                  "widekyc", "main", log_, time_.AsNow());
};

TEST_F(LogFailuresTest, ThousandsThatAreRefusedAreOneLineAndOneWhenItIsOver) {
  for (int i = 0; i < 1900; ++i) {
    Fail(FailureKind::kNoSlot);
    Answer();  // Under load some get through.
    time_.Pass(absl::Milliseconds(10));
  }
  EXPECT_THAT(Lines(), ElementsAre("upstream call failed request_id=r1 upstream=widekyc "
                                   "account=main kind=no_slot sent=false attempts=0 cause=\"why\"; "
                                   "what fails like this from now on is counted"));
  time_.Pass(absl::Seconds(9));
  Answer();
  EXPECT_THAT(Lines(), IsEmpty());
  time_.Pass(absl::Seconds(1));
  Answer();
  EXPECT_THAT(Lines(), ElementsAre("upstream calls fail no more upstream=widekyc account=main "
                                   "kind=no_slot failed=1900 within=\"19s\""));
  Answer();
  EXPECT_THAT(Lines(), IsEmpty());
  Fail(FailureKind::kNoSlot);
  EXPECT_THAT(Lines(), ElementsAre(HasSubstr("upstream call failed")));
}

TEST_F(LogFailuresTest, EachKindHasItsOwnLines) {
  Fail(FailureKind::kUnreachable);
  Fail(FailureKind::kCircuitOpen);
  Fail(FailureKind::kUnreachable);
  EXPECT_THAT(Lines(), ElementsAre(HasSubstr("kind=unreachable"), HasSubstr("kind=circuit_open")));
  time_.Pass(absl::Seconds(20));
  Fail(FailureKind::kCircuitOpen);
  EXPECT_THAT(Lines(), ElementsAre(HasSubstr("no more upstream=widekyc account=main "
                                             "kind=unreachable failed=2")));
}

TEST_F(LogFailuresTest, EachCallThatMayBeBilledHasItsLine) {
  for (int i = 0; i < 3; ++i) Fail(FailureKind::kAttemptTimeout, /*sent=*/true);
  EXPECT_THAT(Lines(), ElementsAre(HasSubstr("request_id=r1 "), HasSubstr("request_id=r2 "),
                                   HasSubstr("request_id=r3 ")));
}

TEST_F(LogFailuresTest, AnswersAndCancelledCallsAreNoFailures) {
  Answer();
  Fail(FailureKind::kCancelled, /*sent=*/true);
  Fail(FailureKind::kCancelled);
  EXPECT_THAT(Lines(), IsEmpty());
}

}  // namespace
}  // namespace kyc::upstream
