#include "server/admin/process_metrics.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include "absl/time/clock.h"

namespace kyc::admin {
namespace {

std::map<std::string, double> Values() {
  std::map<std::string, double> values;
  for (const auto& family : ProcessMetrics()) {
    const auto& metric = family.metric.front();
    values[family.name] =
        family.type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value;
  }
  return values;
}

TEST(ProcessMetricsTest, AreThoseOfThisProcess) {
  const auto values = Values();
  ASSERT_EQ(values.size(), 7);
  EXPECT_GT(values.at("process_cpu_seconds_total"), 0);
  EXPECT_GT(values.at("process_resident_memory_bytes"), 1 << 20);
  EXPECT_GT(values.at("process_virtual_memory_bytes"), values.at("process_resident_memory_bytes"));
  EXPECT_EQ(values.at("process_threads"), 1);
  const double now = absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch());
  EXPECT_LT(values.at("process_start_time_seconds"), now + 2);
  EXPECT_GT(values.at("process_start_time_seconds"), now - 3600);
  EXPECT_GT(values.at("process_max_fds"), values.at("process_open_fds"));
}

TEST(ProcessMetricsTest, CountDescriptors) {
  const double before = Values().at("process_open_fds");
  std::vector<int> open;
  for (int i = 0; i < 5; ++i) open.push_back(::open("/dev/null", O_RDONLY));
  EXPECT_EQ(Values().at("process_open_fds"), before + 5);
  for (const int file : open) close(file);
  EXPECT_EQ(Values().at("process_open_fds"), before);
}

}  // namespace
}  // namespace kyc::admin
