#include "server/upstream/address_book.h"

#include <chrono>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kyc::upstream {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Seconds = std::chrono::seconds;

class AddressBookTest : public testing::Test {
 protected:
  std::string Find(const std::string& host) { return book_.Find(host, now_).list; }
  void Take(const std::string& host, Resolver::Answer answer) { book_.Take(host, answer, now_); }

  AddressBook::Clock::time_point now_ = AddressBook::Clock::now();
  std::vector<std::string> asked_;
  AddressBook book_{[this](const std::string& host) { asked_.push_back(host); }};
};

const Resolver::Answer kTwo = std::vector<std::string>{"192.0.2.1", "2001:db8::1"};
const Resolver::Answer kOther = std::vector<std::string>{"192.0.2.2"};
const Resolver::Answer kFailed = absl::NotFoundError("no such name");

TEST_F(AddressBookTest, UnknownHostIsAskedForOnceUntilItsAnswer) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Find("a"), "");
  EXPECT_EQ(Find("b"), "");
  EXPECT_THAT(asked_, ElementsAre("a", "b"));
  Take("a", kTwo);
  EXPECT_EQ(Find("a"), "192.0.2.1,2001:db8::1");
  EXPECT_EQ(Find("b"), "");
  EXPECT_THAT(asked_, ElementsAre("a", "b"));
}

TEST_F(AddressBookTest, OldAddressesAreUsedWhileTheyAreLookedUpAnew) {
  Find("a");
  Take("a", kTwo);
  const uint64_t version = book_.Find("a", now_).version;
  now_ += Seconds(29);
  Find("a");
  EXPECT_THAT(asked_, ElementsAre("a"));
  now_ += Seconds(1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Find("a"), "192.0.2.1,2001:db8::1");
  EXPECT_THAT(asked_, ElementsAre("a", "a"));
  now_ += Seconds(29);  // It hangs.
  EXPECT_EQ(Find("a"), "192.0.2.1,2001:db8::1");
  EXPECT_THAT(asked_, ElementsAre("a", "a"));
  Take("a", kTwo);
  EXPECT_EQ(book_.Find("a", now_).version, version) << "nothing changed";
  now_ += Seconds(30);
  Find("a");
  Take("a", kOther);
  EXPECT_EQ(Find("a"), "192.0.2.2");
  EXPECT_GT(book_.Find("a", now_).version, version);
}

TEST_F(AddressBookTest, LookUpThatNeverAnswersIsGivenUp) {
  Find("a");
  now_ += Seconds(29);
  Find("a");
  EXPECT_THAT(asked_, ElementsAre("a"));
  now_ += Seconds(1);
  for (int i = 0; i < 3; ++i) Find("a");
  EXPECT_THAT(asked_, ElementsAre("a", "a"));
  Take("a", kTwo);
  EXPECT_EQ(Find("a"), "192.0.2.1,2001:db8::1");
}

TEST_F(AddressBookTest, FailureKeepsWhatIsKnownAndIsTriedAgainSoon) {
  Find("a");
  Take("a", kTwo);
  now_ += Seconds(30);
  Find("a");
  Take("a", kFailed);
  EXPECT_EQ(Find("a"), "192.0.2.1,2001:db8::1");
  EXPECT_THAT(asked_, ElementsAre("a", "a"));
  now_ += Seconds(5);
  Find("a");
  EXPECT_THAT(asked_, ElementsAre("a", "a", "a"));
}

TEST_F(AddressBookTest, FailureWhereNothingIsKnownIsTriedAgainAtOnce) {
  Find("a");
  Take("a", kFailed);
  EXPECT_EQ(Find("a"), "");
  EXPECT_THAT(asked_, ElementsAre("a", "a"));
}

}  // namespace
}  // namespace kyc::upstream
