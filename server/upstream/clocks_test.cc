#include "server/upstream/clocks.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/call/steady_now.h"
#include "server/upstream/fake_time.h"
#include "server/upstream/slots.h"
#include "server/upstream/test_client.h"

namespace kyc::upstream {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ClocksTest : public testing::Test {
 protected:
  void SendWith(absl::Time deadline, const SendHttp& send) {
    CallContext context;
    context.deadline = deadline;
    send(context, TextRequest("http://upstream/", ""),
         [this](HttpResult result) { ended_.push_back(Describe(result)); });
  }
  // Keeps the deadlines that arrive.
  SendHttp Noting() {
    return [this](const CallContext& context, HttpRequest, OnResponse) {
      deadlines_.push_back(context.deadline);
    };
  }

  FakeTime wall_;
  FakeTime steady_;
  std::vector<absl::Time> deadlines_;
  std::vector<std::string> ended_;
};

TEST_F(ClocksTest, AsMuchTimeIsLeftOnTheOtherClock) {
  steady_.Pass(absl::Hours(-1000));
  const SendHttp send = MoveDeadline(Noting(), wall_.AsNow(), steady_.AsNow());
  SendWith(wall_.now() + absl::Seconds(7), send);
  SendWith(wall_.now() - absl::Seconds(7), send);
  SendWith(absl::InfiniteFuture(), send);
  EXPECT_THAT(deadlines_, ElementsAre(steady_.now() + absl::Seconds(7),
                                      steady_.now() - absl::Seconds(7), absl::InfiniteFuture()));
}

TEST_F(ClocksTest, WallClockThatStepsNeitherEndsAWaitNorShortensTheCallBehindIt) {
  HandUpstream held;
  SendHttp send = MoveDeadline(
      [&](const CallContext& context, HttpRequest request, OnResponse done) {
        deadlines_.push_back(context.deadline);
        held.AsSend()(context, std::move(request), std::move(done));
      },
      steady_.AsNow(), wall_.AsNow());
  send = LimitSlots(std::move(send),
                    {.slots = 1, .max_waiting = 1, .slot_wait = absl::Milliseconds(250)},
                    steady_.AsAfter(), steady_.AsNow(), [](int64_t, int64_t) {});
  send = MoveDeadline(std::move(send), wall_.AsNow(), steady_.AsNow());
  for (int i = 0; i < 2; ++i) SendWith(wall_.now() + absl::Seconds(10), send);

  wall_.Pass(absl::Hours(1));
  steady_.Pass(absl::Milliseconds(100));
  EXPECT_THAT(ended_, IsEmpty());
  held.Answer(200);
  ASSERT_EQ(deadlines_.size(), 2u);
  EXPECT_EQ(deadlines_[1] - wall_.now(), absl::Milliseconds(9900));
}

TEST(SteadyNow, NeverGoesBack) {
  absl::Time last = SteadyNow();
  for (int i = 0; i < 1000; ++i) {
    const absl::Time now = SteadyNow();
    ASSERT_GE(now, last);
    last = now;
  }
}

}  // namespace
}  // namespace kyc::upstream
