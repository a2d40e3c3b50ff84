// Whatever happens to the connections, no call is ever billed twice, not even if its client repeats
// by itself what the codes let it repeat (UNAVAILABLE, RESOURCE_EXHAUSTED, ABORTED; but not what
// the upstream refused). Thousands of calls through the whole chain against an upstream that ends
// connections at every possible moment.
//
// Compiled with defects/double_send.patch it must fail: BUILD.bazel's
// never_billed_twice_turns_red.
#include <condition_variable>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <ostream>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/call/error.h"
#include "server/call/steady_now.h"
#include "server/call/testing/fake_metrics.h"
#include "server/upstream/chain.h"
#include "server/upstream/errors.h"
#include "server/upstream/testing/fault_plan.h"
#include "server/upstream/testing/faulty_upstream.h"
#include "server/upstream/testing/test_client.h"

namespace kyc::upstream {
namespace {

constexpr int kInFlight = 64;
// Bytes of an image, whose base64 makes the body a third larger.
constexpr size_t kSmall = 30;
constexpr size_t kMedium = 75'000;
constexpr size_t kLarge = 750'000;

struct Storm {
  const char* name;
  uint64_t seed;
  int calls;
  bool breaker;
};
void PrintTo(const Storm& storm, std::ostream* out) { *out << storm.name; }

// What the caller of an endpoint would get.
absl::Status StatusOf(const HttpResult& result) {
  if (const auto* failure = std::get_if<HttpFailure>(&result)) {
    return FailureStatus("finpay", *failure);
  }
  const auto& response = std::get<HttpResponse>(result);
  if (response.status == 200) return absl::OkStatus();
  return ToStatus(HttpStatusError("finpay", response));
}

bool IsRepeatedBlindly(absl::StatusCode code) {
  return code == absl::StatusCode::kUnavailable || code == absl::StatusCode::kResourceExhausted ||
         code == absl::StatusCode::kAborted;
}

bool IsRefused(const absl::Status& status) {
  return MetadataOf(status, "outcome") == OutcomeText(Outcome::kRefused);
}

// What is wrong with a call that ended so though the upstream got so many whole bodies of it, over
// all repetitions; empty if nothing is.
std::string Judge(const HttpResult& result, int whole) {
  const absl::Status status = StatusOf(result);
  const auto* failure = std::get_if<HttpFailure>(&result);
  if (whole > 1) return absl::StrCat("was received whole ", whole, " times");
  if (status.ok() && whole != 1) return "has an answer and was never received";
  if (whole == 0 || IsRefused(status)) return "";
  if (failure != nullptr && !failure->sent) return "was received, and said not to be sent";
  if (MetadataOf(status, "outcome") == OutcomeText(Outcome::kNotSent)) {
    return "was received, its outcome is not_sent";
  }
  return "";
}

class NeverBilledTwiceTest : public testing::TestWithParam<Storm> {
 protected:
  NeverBilledTwiceTest() : upstream_(GetParam().seed), calls_(size_t(GetParam().calls)) {
    config::Upstream settings;
    settings.attempt_timeout = absl::Seconds(2);
    settings.breaker.disabled = !GetParam().breaker;
    settings.breaker.failure_percent = 20;
    settings.breaker.open_for = absl::Milliseconds(2);
    send_ = MakeChain(*loop_, settings, "finpay", "main", &metrics_);
    for (size_t i = 0; i < kLarge; ++i) image_.push_back(char(Mix(GetParam().seed, i)));
  }

  uint64_t Chance(size_t number, int what) const {
    return Mix(Mix(GetParam().seed, number), uint64_t(what)) % 100;
  }

  // Like no other call's.
  HttpRequest RequestOf(size_t number) const {
    const uint64_t chance = Chance(number, 0);
    const size_t size = chance < 1 ? kLarge : chance < 10 ? kMedium : kSmall;
    std::vector<json::BodyPiece> pieces;
    pieces.push_back({.text = absl::StrCat("{\"ref\":\"call ", number, "\",\"image\":\""),
                      .base64_of = {{absl::string_view(image_).substr(0, size)}}});
    pieces.push_back({.text = "\"}", .base64_of = {}});
    return {.url = upstream_.url(),
            .headers = {{"Content-Type", "application/json"}},
            .body = json::Body(std::move(pieces))};
  }

  void SendAll() {
    for (size_t i = 0; i < calls_.size(); ++i) {
      CallContext& context = calls_[i].context;
      context.cancel = calls_[i].stop.get_token();
      if (Chance(i, 1) < 20) context.deadline = SteadyNow() + absl::Milliseconds(400);
      AwaitOpen(kInFlight - 1);
      Send(i);
      // Its caller gives up while others begin.
      const size_t begun_before = size_t(Chance(i, 2)) / 2;
      if (Chance(i, 3) < 10 && begun_before <= i) calls_[i - begun_before].stop.request_stop();
    }
    AwaitOpen(0);
  }

  // As a client that repeats by itself what it may.
  void Send(size_t i) {
    send_(calls_[i].context, RequestOf(i), [this, i](HttpResult result) {
      const absl::Status status = StatusOf(result);
      if (IsRepeatedBlindly(status.code()) && !IsRefused(status)) {
        loop_->After(absl::Milliseconds(1), [this, i] { Send(i); });
        const std::lock_guard lock(mutex_);
        ++repeated_[Describe(result)];
        return;
      }
      const std::lock_guard lock(mutex_);
      calls_[i].result = std::move(result);
      --open_;
      changed_.notify_all();
    });
  }

  // Waits until no more are open, and opens one more if there may be more.
  void AwaitOpen(int most) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return open_ <= most; });
    if (most > 0) ++open_;
  }

  struct Sum {
    std::vector<std::string> wrong;
    std::map<std::string, int> ends;  // How many calls ended how.
    int whole = 0;                    // Bodies of these calls that came whole.
    int answered_by_retry = 0;
  };
  Sum SumUp() const {
    Sum sum;
    for (size_t i = 0; i < calls_.size(); ++i) {
      const HttpResult& result = *calls_[i].result;
      const int whole = upstream_.WholeBodies(RequestOf(i).body.ToString());
      sum.whole += whole;
      const auto* response = std::get_if<HttpResponse>(&result);
      if (response != nullptr && response->attempts > 1) ++sum.answered_by_retry;
      const std::string end =
          response != nullptr ? absl::StrCat(response->status) : Describe(result);
      ++sum.ends[absl::StrCat(end, whole > 0 ? ", received" : "")];
      const std::string fault = Judge(result, whole);
      if (!fault.empty()) sum.wrong.push_back(absl::StrCat("call ", i, " ", fault));
    }
    return sum;
  }

  // Or the storm proves nothing. (Which connections idle for long depends on the machine.)
  void ExpectEveryFaultStruck() const {
    const auto expect = [this](Moment moment, absl::string_view when) {
      for (int ending = 0; ending <= int(kLastEnding); ++ending) {
        const std::string fault =
            absl::StrCat(MomentName(moment), " ", EndingName(Ending(ending)), when);
        EXPECT_TRUE(upstream_.struck().count(fault)) << fault;
      }
    };
    for (int moment = int(Moment::kAtAccept); moment < int(Moment::kNeverAnswered); ++moment) {
      if (Moment(moment) != Moment::kIdle) expect(Moment(moment), " first");
      if (Moment(moment) != Moment::kAtAccept) expect(Moment(moment), " reused");
    }
    EXPECT_TRUE(upstream_.struck().count("never_answered"));
    EXPECT_TRUE(upstream_.struck().count("listener"));
  }

  struct Call {
    std::stop_source stop;
    CallContext context;
    absl::optional<HttpResult> result;
  };

  FakeMetrics metrics_;
  FaultyUpstream upstream_;
  std::string image_;
  std::vector<Call> calls_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int open_ = 0;                         // Guarded by mutex_,
  std::map<std::string, int> repeated_;  // and this too: results after which a call was repeated.
  std::unique_ptr<CurlLoop> loop_ = CurlLoop::Start().value();
  SendHttp send_;
};

TEST_P(NeverBilledTwiceTest, WhateverHappensToTheConnections) {
  SendAll();
  send_ = nullptr;
  loop_.reset();  // Closes every connection; what is still on its way arrives.
  upstream_.Finish();

  Sum sum = SumUp();
  for (const auto& [end, count] : sum.ends) std::cout << count << " " << end << "\n";
  for (const auto& [end, count] : repeated_) std::cout << count << " repeated: " << end << "\n";
  EXPECT_EQ(sum.wrong.size(), 0U) << "the first: " << (sum.wrong.empty() ? "" : sum.wrong.front());
  EXPECT_EQ(upstream_.AllWholeBodies(), sum.whole) << "bodies came whole, but garbled";
  EXPECT_GT(sum.ends["200, received"], 100);
  EXPECT_GT(sum.ends["connection_lost sent, received"], 20);
  EXPECT_EQ(repeated_["circuit_open not sent"] > 0, GetParam().breaker);
  if (GetParam().breaker) return;  // It keeps most of the storm out.
  EXPECT_GT(sum.answered_by_retry, 0);
  ExpectEveryFaultStruck();
}

INSTANTIATE_TEST_SUITE_P(Storms, NeverBilledTwiceTest,
                         testing::Values(Storm{"First", 1, 12'000, false},
                                         Storm{"Second", 2, 12'000, false},
                                         Storm{"WithBreaker", 3, 3'000, true}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace kyc::upstream
