#include "server/admin/prometheus_metrics.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tools/version/version.h"

namespace kyc::admin {
namespace {

TEST(PrometheusMetrics, TheProgramTellsItsVersion) {
  const std::string line = absl::StrCat("\nkyc_build_info{commit=\"", kCommit, "\",version=\"",
                                        kVersionNumber, "\"} 1\n");
  EXPECT_TRUE(absl::StrContains(MakePrometheusMetrics()->Text(), line)) << line;
}

TEST(PrometheusMetrics, GaugesOfPostgresAreThereOncePostgresIs) {
  const auto metrics = MakePrometheusMetrics();
  for (const char* name : {"kyc_event_log_history_lost", "kyc_event_log_primaries",
                           "kyc_event_log_proven", "kyc_event_log_timeline"}) {
    EXPECT_FALSE(absl::StrContains(metrics->Text(), name)) << name;
  }
  metrics->LogPrimaries(1);
  EXPECT_TRUE(absl::StrContains(metrics->Text(), "\nkyc_event_log_primaries 1\n"));
  EXPECT_TRUE(absl::StrContains(metrics->Text(), "\nkyc_event_log_history_lost 0\n"));
  metrics->LogHistoryLost(true);
  metrics->LogPrimaries(2);
  EXPECT_TRUE(absl::StrContains(metrics->Text(), "\nkyc_event_log_history_lost 1\n"));
  metrics->LogProven(3, 4, 5);
  EXPECT_TRUE(absl::StrContains(metrics->Text(), "\nkyc_event_log_proven_sequence 3\n"));
}

}  // namespace
}  // namespace kyc::admin
