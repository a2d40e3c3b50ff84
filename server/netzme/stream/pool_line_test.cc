#include "server/netzme/stream/pool_line.h"

#include <gtest/gtest.h>

#include <memory>

#include "absl/time/time.h"
#include "server/netzme/stream/testing/fake_loop.h"

namespace kyc::netzme {
namespace {

class PoolLineTest : public testing::Test {
 protected:
  void Advance(int seconds) { loop_.AdvanceToTimer(loop_.now() + absl::Seconds(seconds)); }

  FakeLoop loop_;  // Its clock alone.
  FakePool pool_;
  PoolLine line_{pool_.Runner(), [this] { return loop_.now(); }};
};

TEST_F(PoolLineTest, ALineThatStandsStillIsSilentSinceTheJobWasPosted) {
  const auto turn = line_.Run([] {});
  const absl::Time posted = loop_.now();
  Advance(100);
  EXPECT_EQ(line_.SilentSince(*turn), posted);
}

TEST_F(PoolLineTest, AJobInALineThatMovesIsHeardOfAndOneThatHangsIsNot) {
  std::shared_ptr<const PoolLine::Turn> hangs, waits;
  hangs = line_.Run([&] {
    const absl::Time began = loop_.now();
    for (int i = 0; i < 3; ++i) {  // Another reader goes on.
      Advance(50);
      EXPECT_TRUE(pool_.RunOne());
      EXPECT_EQ(line_.SilentSince(*hangs), began);
      EXPECT_EQ(line_.SilentSince(*waits), loop_.now());
    }
    const absl::Time moved = loop_.now();
    Advance(50);
    EXPECT_EQ(line_.SilentSince(*waits), moved) << "all hang";
  });
  for (int i = 0; i < 3; ++i) line_.Run([] {});
  waits = line_.Run([] {});
  Advance(10);
  EXPECT_TRUE(pool_.RunOne());
}

TEST_F(PoolLineTest, IsFullWhileTheMostAreNotEnded) {
  for (int i = 0; i < PoolLine::kMost; ++i) {
    EXPECT_FALSE(line_.IsFull());
    line_.Run([] {});
  }
  EXPECT_TRUE(line_.IsFull());
  pool_.RunOne();
  EXPECT_FALSE(line_.IsFull());
}

}  // namespace
}  // namespace kyc::netzme
