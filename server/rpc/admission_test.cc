#include "server/rpc/admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace kyc::rpc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// Runs timers by hand. Admission reads the real clock, so waits are zero or endless here.
class HandLoop final : public Loop {
 public:
  void Post(Task task) override { std::move(task)(); }
  TimerId At(absl::Time, Task task) override {
    timers_.emplace(++last_, std::move(task));
    return last_;
  }
  void Cancel(TimerId timer) override { timers_.erase(timer); }
  void RunTimers() {
    for (auto& [id, task] : std::exchange(timers_, {})) std::move(task)();
  }
  size_t timers() const { return timers_.size(); }

 private:
  TimerId last_ = 0;
  std::map<TimerId, Task> timers_;
};

class AdmissionTest : public testing::Test {
 protected:
  // Room for `messages` messages of 100 bytes.
  Admission Make(int messages, size_t max_waiting, absl::Duration patience) {
    return Admission(loop_, {messages * 100, 100, max_waiting, patience});
  }
  Admission::WaitId Reserve(Admission& admission, int name) {
    return admission.Reserve(
        [this, name](bool granted) { (granted ? granted_ : refused_).push_back(name); });
  }

  HandLoop loop_;
  std::vector<int> granted_, refused_;
};

TEST_F(AdmissionTest, WaitingCallsGetInInOrderAsRoomComesFree) {
  Admission admission = Make(1, 10, absl::Hours(1));
  for (int name : {1, 2, 3}) Reserve(admission, name);
  EXPECT_THAT(granted_, ElementsAre(1));
  admission.Settle(0);
  EXPECT_THAT(granted_, ElementsAre(1, 2));
  admission.Settle(60);
  EXPECT_THAT(granted_, ElementsAre(1, 2));
  admission.GiveBack(60);
  EXPECT_THAT(granted_, ElementsAre(1, 2, 3));
}

TEST_F(AdmissionTest, OnlyTheSizeOfAMessageThatWasReadCounts) {
  Admission admission = Make(2, 10, absl::Hours(1));
  for (int name = 0; name < 11; ++name) {
    Reserve(admission, name);
    admission.Settle(10);
  }
  EXPECT_THAT(granted_, SizeIs(11));
  EXPECT_EQ(admission.in_flight(), 110);
  Reserve(admission, 11);
  EXPECT_THAT(granted_, SizeIs(11));
}

TEST_F(AdmissionTest, MoreThanMayWaitAreRefusedAtOnce) {
  Admission admission = Make(1, 1, absl::Hours(1));
  for (int name : {1, 2, 3}) Reserve(admission, name);
  EXPECT_THAT(granted_, ElementsAre(1));
  EXPECT_THAT(refused_, ElementsAre(3));
}

TEST_F(AdmissionTest, WithoutPatienceNobodyWaitsForAnUpstream) {
  Admission admission = Make(1, 10, absl::ZeroDuration());
  Reserve(admission, 1);
  admission.Settle(100);
  Reserve(admission, 2);
  EXPECT_THAT(refused_, ElementsAre(2));
}

TEST_F(AdmissionTest, BehindMessagesThatWereReadPatienceIsShort) {
  Admission admission = Make(1, 10, absl::Nanoseconds(1));
  Reserve(admission, 1);
  admission.Settle(100);
  for (int name : {2, 3}) Reserve(admission, name);
  loop_.RunTimers();
  EXPECT_THAT(refused_, ElementsAre(2, 3));
  EXPECT_EQ(loop_.timers(), 0u);
}

TEST_F(AdmissionTest, BehindMessagesThatAreBeingReadItIsLong) {
  Admission admission = Make(1, 10, absl::Nanoseconds(1));
  for (int name : {1, 2}) Reserve(admission, name);
  loop_.RunTimers();
  EXPECT_THAT(refused_, IsEmpty());
  EXPECT_EQ(loop_.timers(), 1u);
}

TEST_F(AdmissionTest, AForgottenCallIsNotGranted) {
  Admission admission = Make(1, 10, absl::Hours(1));
  Reserve(admission, 1);
  const Admission::WaitId second = Reserve(admission, 2);
  Reserve(admission, 3);
  admission.Forget(second);
  admission.Settle(0);
  EXPECT_THAT(granted_, ElementsAre(1, 3));
  EXPECT_THAT(refused_, IsEmpty());
}

}  // namespace
}  // namespace kyc::rpc
