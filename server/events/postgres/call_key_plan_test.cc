#include "server/events/postgres/call_key_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <utility>
#include <variant>

namespace kyc::events {

void PrintTo(KeyFound found, std::ostream* out) { *out << static_cast<int>(found); }

namespace postgres {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr char kUs[] = "us";
constexpr char kOther[] = "another process";
constexpr absl::Duration kNow = absl::Seconds(1000);
constexpr absl::Duration kLease = absl::Seconds(90);

StoredKey Stored(KeyState state, const std::string& run_id, absl::Duration lease = kNow + kLease) {
  return {{state, "content", run_id}, "subject", kNow - absl::Hours(1), lease, "sealed"};
}
WriteRequest Claim(const std::string& content = "content") {
  return ClaimRequest{{"key", content, "subject"}, kLease, nullptr, {}};
}
WriteRequest Settle(KeyEnd::Kind kind, const std::string& content = "content") {
  return SettleRequest{{"key", content, "subject"}, {kind, "an answer"}, nullptr, {}};
}
KeyFound Found(const WriteRequest& request) { return std::get<ClaimRequest>(request).answer.found; }

class CallKeyPlanTest : public testing::Test {
 protected:
  void Add(WriteRequest request) { requests_.push_back(std::move(request)); }
  void Plan(StoredKeys keys) { plan_ = PlanKeys(std::move(keys), kUs, kNow, requests_); }

  std::vector<WriteRequest> requests_;
  CallKeyPlan plan_;
};

TEST_F(CallKeyPlanTest, NewKeyIsClaimedForItsLease) {
  Add(Claim());
  Plan({});
  EXPECT_EQ(Found(requests_[0]), KeyFound::kClaimed);
  const StoredKey& key = plan_.keys.at("key");
  EXPECT_EQ(key.row.state, KeyState::kClaimed);
  EXPECT_EQ(key.row.run_id, kUs);
  EXPECT_EQ(key.claimed, kNow);
  EXPECT_EQ(key.lease, kNow + kLease);
  EXPECT_THAT(plan_.changed, UnorderedElementsAre("key"));
}

TEST_F(CallKeyPlanTest, KeyOfAnotherProcessRunsUntilItsLeaseIsOver) {
  Add(Claim());
  Plan({{"key", Stored(KeyState::kClaimed, kOther, kNow + absl::Microseconds(1))}});
  EXPECT_EQ(Found(requests_[0]), KeyFound::kRunning);
  EXPECT_THAT(plan_.changed, IsEmpty());
}

TEST_F(CallKeyPlanTest, ThenItIsLostForEverybody) {
  Add(Claim());
  Plan({{"key", Stored(KeyState::kClaimed, kOther, kNow)}});
  EXPECT_EQ(Found(requests_[0]), KeyFound::kLost);
  EXPECT_EQ(plan_.keys.at("key").row.state, KeyState::kLost);
  EXPECT_THAT(plan_.changed, UnorderedElementsAre("key"));
}

TEST_F(CallKeyPlanTest, WhatWeClaimedAndDoNotRunIsOursAnew) {
  Add(Claim());
  Plan({{"key", Stored(KeyState::kClaimed, kUs, kNow - absl::Hours(1))}});
  EXPECT_EQ(Found(requests_[0]), KeyFound::kClaimed);
  EXPECT_EQ(plan_.keys.at("key").lease, kNow + kLease);
  EXPECT_EQ(plan_.keys.at("key").claimed, kNow);
}

TEST_F(CallKeyPlanTest, AnswersAreGivenAndNothingIsWritten) {
  Add(Claim());
  Plan({{"key", Stored(KeyState::kAnswered, kOther)}});
  EXPECT_EQ(std::get<ClaimRequest>(requests_[0]).answer.answer, "sealed");
  EXPECT_THAT(plan_.changed, IsEmpty());
}

TEST_F(CallKeyPlanTest, OfTwoContentsAtOnceTheFirstHasTheKey) {
  Add(Claim("one"));
  Add(Claim("two"));
  Plan({});
  EXPECT_EQ(Found(requests_[0]), KeyFound::kClaimed);
  EXPECT_EQ(Found(requests_[1]), KeyFound::kReused);
  EXPECT_EQ(plan_.keys.at("key").row.content, "one");
}

TEST_F(CallKeyPlanTest, EndsAreStored) {
  const std::pair<KeyEnd::Kind, KeyState> table[] = {{KeyEnd::Kind::kAnswered, KeyState::kAnswered},
                                                     {KeyEnd::Kind::kLost, KeyState::kLost}};
  for (const auto& [kind, state] : table) {
    requests_.clear();
    Add(Settle(kind));
    Plan({{"key", Stored(KeyState::kClaimed, kUs)}});
    EXPECT_EQ(plan_.keys.at("key").row.state, state);
    EXPECT_THAT(plan_.changed, UnorderedElementsAre("key"));
  }
  EXPECT_EQ(plan_.keys.at("key").subject, "subject");
}

TEST_F(CallKeyPlanTest, WhatIsFreedIsThereForTheNextClaimOfTheBatch) {
  Add(Settle(KeyEnd::Kind::kFree));
  Add(Claim("other"));
  Plan({{"key", Stored(KeyState::kClaimed, kUs)}});
  EXPECT_EQ(Found(requests_[1]), KeyFound::kClaimed);
  EXPECT_EQ(plan_.keys.at("key").row.content, "other");
}

TEST_F(CallKeyPlanTest, FreedKeysAreRemoved) {
  Add(Settle(KeyEnd::Kind::kFree));
  Plan({{"key", Stored(KeyState::kClaimed, kUs)}});
  EXPECT_THAT(plan_.keys, IsEmpty());
  EXPECT_THAT(plan_.changed, UnorderedElementsAre("key"));
}

TEST_F(CallKeyPlanTest, EndsThatComeTooLateOrAreNotOursChangeNothing) {
  const std::pair<const char*, StoredKey> table[] = {
      {"lost", Stored(KeyState::kLost, kUs)},
      {"answered", Stored(KeyState::kAnswered, kUs)},
      {"another process's", Stored(KeyState::kClaimed, kOther)},
  };
  for (const auto& [what, stored] : table) {
    for (const auto kind : {KeyEnd::Kind::kAnswered, KeyEnd::Kind::kFree, KeyEnd::Kind::kLost}) {
      requests_.clear();
      Add(Settle(kind));
      Plan({{"key", stored}});
      EXPECT_THAT(plan_.changed, IsEmpty()) << what;
    }
  }
  requests_.clear();
  Add(Settle(KeyEnd::Kind::kAnswered, "other"));
  Plan({{"key", Stored(KeyState::kClaimed, kUs)}});
  EXPECT_THAT(plan_.changed, IsEmpty()) << "another content's";
}

}  // namespace
}  // namespace postgres
}  // namespace kyc::events
