#include "tools/benchmarks/row.h"

#include <gtest/gtest.h>

namespace kyc::bench {
namespace {

Row RowOf(double per_second, absl::optional<double> cpu, double extra) {
  Row row;
  row.name = "row";
  row.per_second = per_second;
  row.cpu_microseconds = cpu;
  row.extras = {{"extra", extra}};
  return row;
}

TEST(Median, EachNumberForItself) {
  const Row median = Median({RowOf(1, 30, 200), RowOf(3, 10, 100), RowOf(2, 20, 300)});
  EXPECT_EQ(median.name, "row");
  EXPECT_EQ(median.per_second, 2);
  EXPECT_EQ(*median.cpu_microseconds, 20);
  EXPECT_EQ(median.extras.front().value, 200);
  EXPECT_EQ(median.failures, 0u);
}

TEST(Median, OfTwoIsBetweenThem) {
  EXPECT_EQ(Median({RowOf(1, 1, 1), RowOf(4, 1, 1)}).per_second, 2.5);
}

TEST(Median, WithoutTheGatewayThereIsNoCpu) {
  EXPECT_FALSE(Median({RowOf(1, absl::nullopt, 1)}).cpu_microseconds.has_value());
}

TEST(Median, OneFailedRoundDisqualifies) {
  const Row median = Median({RowOf(1, 1, 1), Failed("row", "connection lost"), RowOf(1, 1, 1)});
  EXPECT_EQ(median.failures, 1u);
  EXPECT_EQ(median.why, "connection lost");
}

}  // namespace
}  // namespace kyc::bench
