#include "server/call/answer_once.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kyc {
namespace {

using Answers = std::vector<absl::optional<int>>;

struct Keep {
  explicit Keep(Answers* where) : answers(where) {}
  explicit operator bool() const { return answers != nullptr; }
  void operator()(absl::optional<int> answer) && {
    answers.release()->push_back(std::move(answer));
  }

  struct NotOurs {
    void operator()(Answers*) const {}
  };
  std::unique_ptr<Answers, NotOurs> answers;
};

using Answer = AnswerOnce<int, Keep>;

TEST(AnswerOnceTest, IsGivenAsItIs) {
  Answers answers;
  { Answer(Keep(&answers))(1); }
  EXPECT_THAT(answers, testing::ElementsAre(absl::make_optional(1)));
}

TEST(AnswerOnceTest, WhoForgetsItGivesNone) {
  Answers answers;
  { const Answer forgotten((Keep(&answers))); }
  EXPECT_THAT(answers, testing::ElementsAre(absl::nullopt));
}

TEST(AnswerOnceTest, OnlyTheLastOwnerOwesIt) {
  Answers answers;
  absl::AnyInvocable<void(int) &&> last;
  {
    Answer first((Keep(&answers)));
    Answer second = std::move(first);
    last = std::move(second);
  }
  EXPECT_THAT(answers, testing::IsEmpty());
  std::move(last)(2);
  last = nullptr;
  EXPECT_THAT(answers, testing::ElementsAre(absl::make_optional(2)));
}

}  // namespace
}  // namespace kyc
