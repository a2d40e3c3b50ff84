#include "tools/benchmarks/scale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kyc::bench {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Scale, NearValuesAreLinearFromZero) {
  const Scale scale({10, 40, 20});
  EXPECT_FALSE(scale.logarithmic());
  EXPECT_EQ(scale.At(0), 0);
  EXPECT_EQ(scale.At(10), 0.25);
  EXPECT_EQ(scale.At(40), 1);
  EXPECT_THAT(scale.Decades(), IsEmpty());
}

TEST(Scale, FarValuesAreLogarithmicFromThePowerOfTenBelow) {
  const Scale scale({20, 1000});
  EXPECT_TRUE(scale.logarithmic());
  EXPECT_EQ(scale.At(10), 0);
  EXPECT_THAT(scale.At(100), DoubleNear(0.5, 1e-9));
  EXPECT_EQ(scale.At(1000), 1);
  EXPECT_EQ(scale.At(0), 0);
  EXPECT_THAT(scale.Decades(), ElementsAre(10, 100, 1000));
}

TEST(Scale, NothingButZeroIsDrawn) {
  EXPECT_EQ(Scale({0, 0}).At(0), 0);
  EXPECT_EQ(Scale({}).At(0), 0);
}

}  // namespace
}  // namespace kyc::bench
