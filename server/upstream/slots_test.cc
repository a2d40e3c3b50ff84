#include "server/upstream/slots.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/upstream/curl_loop.h"
#include "server/upstream/testing/fake_time.h"
#include "server/upstream/testing/test_client.h"

namespace kyc::upstream {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class SlotsTest : public testing::Test {
 protected:
  // Sends a call of that name; its end is noted as "name: result".
  void Send(std::string name, CallContext context = {}) {
    send_(context, TextRequest("http://upstream/", name), [this, name](HttpResult result) {
      if (const auto* failure = std::get_if<HttpFailure>(&result)) {
        retry_after_ = failure->retry_after;
      }
      ended_.push_back(absl::StrCat(name, ": ", Describe(result)));
    });
  }

  FakeTime time_;
  HandUpstream upstream_;
  std::pair<int64_t, int64_t> gauge_ = {0, 0};
  absl::Duration retry_after_;
  std::vector<std::string> ended_;
  SendHttp send_ = LimitSlots(
      upstream_.AsSend(), {.slots = 2, .max_waiting = 2, .slot_wait = absl::Milliseconds(250)},
      time_.AsAfter(), time_.AsNow(), [this](int64_t used, int64_t waiting) {
        gauge_ = {used, waiting};
      });
};

TEST_F(SlotsTest, CallsBeyondTheSlotsWaitInTheirOrder) {
  for (const char* name : {"a", "b", "c", "d"}) Send(name);
  EXPECT_THAT(upstream_.bodies(), ElementsAre("a", "b"));
  EXPECT_THAT(gauge_, Pair(2, 2));
  upstream_.Answer(200);
  EXPECT_THAT(upstream_.bodies(), ElementsAre("a", "b", "c"));
  upstream_.Answer(200);
  EXPECT_THAT(upstream_.bodies(), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(gauge_, Pair(2, 0));
  upstream_.Answer(200);
  upstream_.Answer(200);
  EXPECT_THAT(gauge_, Pair(0, 0));
  EXPECT_EQ(ended_.size(), 4u);
}

TEST_F(SlotsTest, FullLineRefusesAtOnce) {
  for (const char* name : {"a", "b", "c", "d", "e"}) Send(name);
  EXPECT_THAT(ended_, ElementsAre("e: no_slot not sent"));
  EXPECT_EQ(retry_after_, absl::Seconds(1));
}

TEST_F(SlotsTest, WaitEndsAfterItsTime) {
  for (const char* name : {"a", "b", "c"}) Send(name);
  time_.Pass(absl::Milliseconds(100));
  Send("d");
  time_.Pass(absl::Milliseconds(149));
  EXPECT_THAT(ended_, IsEmpty());
  time_.Pass(absl::Milliseconds(1));
  EXPECT_THAT(ended_, ElementsAre("c: no_slot not sent"));
  time_.Pass(absl::Milliseconds(100));
  EXPECT_THAT(ended_, ElementsAre("c: no_slot not sent", "d: no_slot not sent"));
  EXPECT_THAT(gauge_, Pair(2, 0));
  EXPECT_EQ(upstream_.calls(), 2);
}

TEST_F(SlotsTest, EarlierDeadlineEndsTheWait) {
  for (const char* name : {"a", "b", "c"}) Send(name);
  CallContext context;
  context.deadline = time_.now() + absl::Milliseconds(50);
  Send("d", context);
  time_.Pass(absl::Milliseconds(50));
  EXPECT_THAT(ended_, ElementsAre("d: caller_deadline not sent"));
}

TEST_F(SlotsTest, CancelledWaiterLeavesAtOnce) {
  std::stop_source stop;
  CallContext context;
  context.cancel = stop.get_token();
  for (const char* name : {"a", "b"}) Send(name);
  Send("c", context);
  Send("d");
  stop.request_stop();
  EXPECT_THAT(ended_, ElementsAre("c: cancelled not sent"));
  upstream_.Answer(200);
  EXPECT_THAT(upstream_.bodies(), ElementsAre("a", "b", "d"));
}

TEST_F(SlotsTest, CallCancelledBeforehandNeverWaits) {
  std::stop_source stop;
  stop.request_stop();
  CallContext context;
  context.cancel = stop.get_token();
  for (const char* name : {"a", "b"}) Send(name);
  Send("c", context);
  EXPECT_THAT(ended_, ElementsAre("c: cancelled not sent"));
  EXPECT_THAT(gauge_, Pair(2, 0));
}

TEST_F(SlotsTest, ManyWaitersLeaveNoTimersBehind) {
  for (int i = 0; i < 1000; ++i) {
    Send("x");
    if (upstream_.waiting() == 2) upstream_.Answer(200);
  }
  EXPECT_LE(time_.tasks(), 1u);
}

// As it is once the loop has ended: what is to run later runs at once, on the caller's thread.
TEST(SlotsAtTheEndTest, CallsThatWouldWaitAreRefusedAtOnce) {
  FakeTime time;
  HandUpstream upstream;
  std::vector<std::string> ended;
  const After at_once = [](absl::Duration, absl::AnyInvocable<void() &&> task) {
    std::move(task)();
  };
  const SendHttp send = LimitSlots(
      upstream.AsSend(), {.slots = 1, .max_waiting = 2, .slot_wait = absl::Milliseconds(250)},
      at_once, time.AsNow(), [](int64_t, int64_t) {});
  for (int i = 0; i < 3; ++i) {
    send({}, TextRequest("http://upstream/", ""),
         [&](HttpResult result) { ended.push_back(Describe(result)); });
  }
  EXPECT_THAT(ended, ElementsAre("no_slot not sent", "no_slot not sent"));
  upstream.Answer(200);
  EXPECT_EQ(ended.size(), 3u);
}

TEST(SlotsStressTest, CallsFromManyThreadsAreAllAnsweredOnceAndEverySlotComesBack) {
  constexpr int kThreads = 4;
  constexpr int kCalls = 2000;
  auto loop = CurlLoop::Start().value();
  std::pair<int64_t, int64_t> gauge;
  int64_t most = 0;
  const After after = [&](absl::Duration delay, absl::AnyInvocable<void() &&> task) {
    loop->After(delay, std::move(task));
  };
  const SendHttp answered_by_the_loop = [&](const CallContext&, HttpRequest, OnResponse done) {
    loop->After(absl::ZeroDuration(), [done = std::move(done)]() mutable {
      std::move(done)(HttpResponse{.status = 200, .headers = {}, .body = {}});
    });
  };
  const SendHttp send = LimitSlots(
      answered_by_the_loop, {.slots = 3, .max_waiting = 100, .slot_wait = absl::Milliseconds(1)},
      after, [] { return absl::Now(); },
      [&](int64_t used, int64_t waiting) {
        gauge = {used, waiting};
        most = std::max(most, used);
      });
  Results results;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kCalls; ++i) {
        std::stop_source stop;
        CallContext context;
        context.cancel = stop.get_token();
        send(context, TextRequest("http://upstream/", ""), results.For(t * kCalls + i));
        if (i % 3 == 0) stop.request_stop();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  results.Await(kThreads * kCalls);
  loop.reset();
  const auto all = results.Await(kThreads * kCalls);
  for (int i = 0; i < kThreads * kCalls; ++i) ASSERT_EQ(all.count(i), 1u) << i;
  EXPECT_EQ(most, 3);
  EXPECT_THAT(gauge, Pair(0, 0));
}

}  // namespace
}  // namespace kyc::upstream
