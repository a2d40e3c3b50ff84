#include "server/admin/debug_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "server/admin/prometheus_metrics.h"

namespace kyc::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(DebugLines, ARoomThatIsWantedTellsWhatItReports) {
  std::set<LogRoom> wanted;
  std::vector<std::string> lines;
  const auto metrics =
      MakePrometheusMetrics({[&](LogRoom room) { return wanted.count(room) != 0; },
                             [&](LogRoom, const std::string& line) { lines.push_back(line); }});
  metrics->BreakerChanged("widekyc", "main", "open");
  EXPECT_THAT(lines, ElementsAre());
  wanted = {LogRoom::kUpstream, LogRoom::kEvents};
  metrics->BreakerChanged("widekyc", "main", "half_open");
  metrics->Committed(2, 1, absl::Milliseconds(3));
  metrics->Delivered(2);
  metrics->ConnectionCame("webhook", "served");
  wanted = {LogRoom::kWebhook};
  metrics->ConnectionCame("webhook", "full");
  EXPECT_THAT(lines, ElementsAre("breaker upstream=widekyc account=main state=half_open",
                                 "commit appended=2 repeats=1 took_us=3000",
                                 "connection listener=webhook result=full"));
  // Told or not, the metrics count.
  EXPECT_THAT(metrics->Text(), HasSubstr("kyc_events_delivered_total 2\n"));
  EXPECT_THAT(metrics->Text(),
              HasSubstr("kyc_connections_total{listener=\"webhook\",result=\"served\"} 1\n"));
}

TEST(DebugLines, ACallHasItsLineAtInfoAProbeHasOneHere) {
  std::vector<std::string> lines;
  const auto metrics =
      MakePrometheusMetrics({[](LogRoom) { return true; },
                             [&](LogRoom, const std::string& line) { lines.push_back(line); }});
  metrics->CallEnded("widekyc.v1.WideKycService/DetectLiveness", absl::StatusCode::kOk, "",
                     absl::Microseconds(5));
  metrics->CallEnded("grpc.health.v1.Health/Check", absl::StatusCode::kOk, "",
                     absl::Microseconds(5));
  EXPECT_THAT(lines, ElementsAre("probe method=grpc.health.v1.Health/Check code=OK took_us=5"));
}

}  // namespace
}  // namespace kyc::admin
