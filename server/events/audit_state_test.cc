#include "server/events/audit_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "server/call/testing/fake_metrics.h"
#include "server/events/audited.h"

namespace kyc::events {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::Status Fault(const std::string& message) { return absl::UnavailableError(message); }

struct Shown : FakeMetrics {
  void AuditWritable(bool writable) override { shown.push_back(writable); }
  std::vector<bool> shown;
};

class AuditStateTest : public testing::Test {
 protected:
  // A notification between two notes.
  std::vector<WriteRequest> Batch() {
    std::vector<WriteRequest> requests;
    const auto note = [&] {
      requests.push_back(NoteRequest{
          {}, [this](absl::Status status) { noted_.push_back(std::move(status)); }, {}});
    };
    note();
    requests.push_back(AppendRequest{{}, [this](const auto&) { ++appended_; }, {}});
    note();
    return requests;
  }
  size_t LeftOf(std::vector<WriteRequest> requests) {
    state_.Withhold(requests);
    return requests.size();
  }

  Shown metrics_;
  std::vector<std::string> said_;
  absl::Time now_ = absl::UnixEpoch();
  AuditState state_{metrics_, [this](absl::string_view line) { said_.emplace_back(line); },
                    [this] { return now_; }};
  std::vector<absl::Status> noted_;
  int appended_ = 0;
};

TEST_F(AuditStateTest, ANoteIsWithheldForASecondAfterAFaultAndWhatIsWithItIsNot) {
  EXPECT_EQ(LeftOf(Batch()), 3u);
  std::vector<WriteRequest> failed = Batch();
  state_.Failed(Fault("no room"), failed);
  EXPECT_EQ(failed.size(), 1u);
  EXPECT_FALSE(HasNotes(failed));
  EXPECT_EQ(LeftOf(Batch()), 1u);
  EXPECT_THAT(noted_, testing::AllOf(testing::SizeIs(4), testing::Each(NotNoted())));
  now_ += absl::Seconds(1);
  EXPECT_EQ(LeftOf(Batch()), 3u);
  EXPECT_EQ(appended_, 0) << "a notification is answered by its commit";
}

TEST_F(AuditStateTest, AFaultIsSaidAndShownOnceAndWhenItIsOver) {
  std::vector<WriteRequest> none;
  for (int i = 0; i < 3; ++i) state_.Failed(Fault("no room"), none);
  state_.Committed(none);
  EXPECT_THAT(said_, ElementsAre(HasSubstr("refused: no room")));
  state_.Committed(Batch());
  EXPECT_THAT(said_, ElementsAre(HasSubstr("no room"), "the audit log can be written again"));
  EXPECT_THAT(metrics_.shown, ElementsAre(true, false, true));
}

TEST_F(AuditStateTest, WhatIsForbiddenIsWithheldUntilItIsAllowed) {
  state_.SetAllowed(absl::OkStatus());
  EXPECT_THAT(said_, IsEmpty());
  for (int i = 0; i < 2; ++i) state_.SetAllowed(Fault("run roles.sql"));
  now_ += absl::Hours(1);
  EXPECT_EQ(LeftOf(Batch()), 1u);
  EXPECT_THAT(said_, ElementsAre(HasSubstr("run roles.sql")));
  state_.SetAllowed(absl::OkStatus());
  EXPECT_EQ(LeftOf(Batch()), 3u);
  EXPECT_THAT(metrics_.shown, ElementsAre(true, false, true));
}

// That nothing is forbidden does not make a fault end.
TEST_F(AuditStateTest, AFaultOfAnotherKindStaysWhenTheRightsAreThere) {
  std::vector<WriteRequest> none;
  state_.Failed(Fault("no room"), none);
  state_.SetAllowed(absl::OkStatus());
  EXPECT_EQ(LeftOf(Batch()), 1u);
}

}  // namespace
}  // namespace kyc::events
