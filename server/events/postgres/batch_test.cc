#include "server/events/postgres/batch.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/crypto/sealer.h"
#include "server/events/log_keys.h"
#include "server/events/testing/log_testing.h"

namespace kyc::events::postgres {
namespace {

class BatchTest : public testing::Test {
 protected:
  void Add(const std::string& reference, const std::string& status) {
    events_.push_back(Prepare(Notification(reference, status), log_));
  }
  // "sequence@revision", with "r" for a repeat and "!" for a possible redelivery.
  std::string Judged(const References& references = {}, const Contents& older = {}) {
    plan_ = Judge(events_, head_, references, older, absl::FromUnixMicros(5));
    std::string text;
    size_t row = 0;
    for (const Appended& answer : plan_.answers) {
      const bool odd = !answer.repeat && plan_.rows[row].anomalies != 0;
      absl::StrAppend(&text, text.empty() ? "" : " ", answer.sequence, "@", answer.revision,
                      answer.repeat ? "r" : "", odd ? "!" : "");
      if (!answer.repeat) ++row;
    }
    return text;
  }
  static ReferenceKey KeyOf(const PreparedEvent& event) {
    return {event.digests.reference, event.digests.account};
  }

  const LogIdentity log_ = {std::string(16, 'l'), LogKeys(KeyNamed("lookup")),
                            crypto::Sealer::Make({{.id = 1, .key = KeyNamed("sealing")}}).value()};
  Place head_ = {10, "chain", 3};
  std::vector<PreparedEvent> events_;
  Plan plan_;
};

TEST_F(BatchTest, NewReferencesFollowTheHead) {
  Add("R1", "approved");
  Add("R2", "approved");
  EXPECT_EQ(Judged(), "11@1 12@1");
  EXPECT_EQ(plan_.newest.sequence, 12);
  EXPECT_EQ(plan_.rows[0].place.received_time_us, 5);
  EXPECT_EQ(plan_.rows[0].place.chain,
            NextChain("chain", 11, events_[0].event_id, 5, events_[0].digests.content));
  EXPECT_EQ(plan_.rows[1].place.chain, plan_.newest.chain);
}

TEST_F(BatchTest, EventsOfOneReferenceKnowEachOther) {
  Add("R1", "approved");
  Add("R1", "approved");
  Add("R1", "rejected");
  Add("R1", "approved");
  EXPECT_EQ(Judged(), "11@1 11@1r 12@2 13@3!");
  EXPECT_EQ(plan_.repeats, 1);
  EXPECT_EQ(plan_.rows[2].previous_status, ::netzme::v1::UPGRADE_STATUS_REJECTED);
}

TEST_F(BatchTest, WhatIsStoredCounts) {
  Add("R1", "approved");
  Add("R1", "rejected");
  References stored;
  stored[KeyOf(events_[0])] = {7, 4, ::netzme::v1::UPGRADE_STATUS_APPROVED,
                               events_[0].digests.content};
  EXPECT_EQ(Judged(stored), "7@4r 11@5");
  const Contents asked = OlderContentsToLookUp(events_, stored);
  EXPECT_EQ(asked.size(), 1u) << "only what differs from the latest may be an older one";
  EXPECT_EQ(Judged(stored, asked), "7@4r 11@5!");
}

TEST_F(BatchTest, TimesNeverRunBackwards) {
  head_.received_time_us = 9;
  Add("R1", "approved");
  Judged();
  EXPECT_EQ(plan_.rows[0].place.received_time_us, 9);
}

TEST_F(BatchTest, NothingNewLeavesTheHead) {
  Add("R1", "approved");
  References stored;
  stored[KeyOf(events_[0])] = {7, 4, ::netzme::v1::UPGRADE_STATUS_APPROVED,
                               events_[0].digests.content};
  EXPECT_EQ(Judged(stored), "7@4r");
  EXPECT_TRUE(plan_.rows.empty());
  EXPECT_EQ(plan_.newest.sequence, 10);
}

}  // namespace
}  // namespace kyc::events::postgres
