#include "server/rpc/admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/rpc/testing/hand_loop.h"

namespace kyc::rpc {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Way = Admission::Way;

class Reader final : public Turns::Taker {
 public:
  Reader(std::string name, std::vector<std::string>* told) : name_(std::move(name)), told_(told) {}
  ~Reader() override { Turns::Leave(this); }
  void OnTurn() override { Note("reads"); }
  void OnNoTurn() override { Note("refused"); }
  void OnTurnOver() override { Note("over"); }

 private:
  void Note(const char* what) { told_->push_back(absl::StrCat(name_, " ", what)); }
  const std::string name_;
  std::vector<std::string>* const told_;
};

class AdmissionTest : public testing::Test {
 protected:
  Reader* Ask(Way way, const std::string& name, int64_t bytes = 100) {
    readers_.push_back(std::make_unique<Reader>(name, &told_));
    admission_.Ask(readers_.back().get(), way, "caller", bytes);
    return readers_.back().get();
  }
  std::vector<std::string> Told() { return std::exchange(told_, {}); }

  HandLoop loop_;
  std::vector<std::string> told_;
  Admission admission_{loop_, {1000, absl::Milliseconds(250)}, loop_.clock()};
  std::vector<std::unique_ptr<Reader>> readers_;  // They leave before the admission goes.
};

TEST_F(AdmissionTest, OnlyTheSizeOfAMessageThatWasReadCounts) {
  for (int name = 0; name < 40; ++name) {
    Turns::Leave(Ask(Way::kImages, "image"));
    admission_.Hold(10);
  }
  EXPECT_THAT(Told(), SizeIs(40));
  EXPECT_EQ(admission_.held(), 400);
}

TEST_F(AdmissionTest, BehindMessagesThatWereReadPatienceIsShort) {
  admission_.Hold(950);
  Ask(Way::kImages, "image");
  loop_.Pass(absl::Seconds(1));
  EXPECT_THAT(Told(), ElementsAre("image refused"));
}

TEST_F(AdmissionTest, BehindMessagesThatAreBeingReadItIsLong) {
  for (int i = 0; i < 5; ++i) Ask(Way::kImages, "reading");
  Told();
  Ask(Way::kImages, "waits");
  loop_.Pass(absl::Seconds(5));
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(AdmissionTest, BytesThatAreGivenBackLetTheNextOneRead) {
  admission_.Hold(950);
  Ask(Way::kImages, "image");
  EXPECT_THAT(Told(), IsEmpty());
  admission_.GiveBack(950);
  EXPECT_THAT(Told(), ElementsAre("image reads"));
}

// However many uploads are stalled, also of the same caller.
TEST_F(AdmissionTest, WhatCannotBeLargeNeverWaitsForImages) {
  for (int i = 0; i < 100; ++i) Ask(Way::kImages, "stalled");
  Told();
  Ask(Way::kSmall, "small");
  Ask(Way::kAnybody, "health");
  Ask(Way::kOptional, "without an image");
  EXPECT_THAT(Told(), ElementsAre("small reads", "health reads", "without an image reads"));
}

TEST_F(AdmissionTest, StalledUploadsOfItsOwnKindHoldNobodyUpForLong) {
  for (int i = 0; i < 100; ++i) Ask(Way::kOptional, "stalled");
  Told();
  Ask(Way::kOptional, "without an image");
  loop_.Pass(absl::Milliseconds(300));
  EXPECT_THAT(Told(), Contains("without an image reads"));
}

TEST_F(AdmissionTest, ManySmallRequestsAtOnceAllGetTheirTurn) {
  std::vector<Reader*> asked;
  for (int i = 0; i < 3000; ++i) asked.push_back(Ask(Way::kSmall, absl::StrCat(i)));
  size_t read = 0;
  for (std::vector<std::string> told = Told(); !told.empty(); told = Told()) {
    for (const std::string& line : told) {
      int64_t name;
      ASSERT_TRUE(absl::SimpleAtoi(line.substr(0, line.find(' ')), &name));
      ASSERT_EQ(line, absl::StrCat(name, " reads"));
      ++read;
      Turns::Leave(asked[name]);
    }
  }
  EXPECT_EQ(read, 3000U);
}

}  // namespace
}  // namespace kyc::rpc
