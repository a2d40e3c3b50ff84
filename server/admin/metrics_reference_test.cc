// server/metrics.md is what /metrics says of itself.
//
// To update it: KYC_UPDATE_GOLDEN=1 bazel run //server/admin:metrics_reference_test. Then read
// every line that changed: alert rules and dashboards of others name them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/admin/prometheus_metrics.h"

namespace kyc::admin {
namespace {

constexpr char kGuide[] = "server/metrics.md";
constexpr char kSource[] = "server/admin/prometheus_metrics.cc";

std::string ContentOf(const char* path) {
  std::ifstream file(path);
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

// Whatever can be told, once: a family without a sample is not shown.
void TellEverything(PrometheusMetrics& metrics) {
  metrics.CallEnded("m", absl::StatusCode::kOk, "", absl::Seconds(1));
  metrics.KeyedCallAnswered("m", "replayed");
  metrics.CallsOpen(1, 1, 1);
  metrics.AttemptEnded("u", "a", "200", absl::Seconds(1));
  metrics.Retried("u", "a");
  metrics.Slots("u", "a", 1, 1);
  metrics.SpansEnded(1, true);
  metrics.BreakerChanged("u", "a", "open");
  metrics.CallOverQuota("c", "calls_per_day");
  metrics.CallerDayQuotaUsed("c", "m", 0.5);
  metrics.UpstreamQuotaExceeded("u", "a", absl::UnixEpoch());
  metrics.Deviation("u", "k");
  metrics.ConnectionCame("grpc", "served");
  metrics.ConnectionsOpen("grpc", 1, 1);
  metrics.ConnectionsCut("not_http2", 1);
  metrics.ListenerAnswered("l", true);
  metrics.NotificationAnswered("2000000", absl::Seconds(1));
  metrics.EventsRemoved(1, "age");
  metrics.Checkpointed(false);
  metrics.AuditWritable(true);
  metrics.LogHistoryLost(false);
  metrics.LogPrimaries(1);
  metrics.LogProven(1, 1, 1);
  metrics.UnknownCommitFoundOut(true);
  metrics.CallNotLetIn("w");
  metrics.RequestNotLetIn("l", "w");
  metrics.CertificateLeft("l", absl::Seconds(1));
  metrics.Quarantined(true);
  metrics.ReplyKept("u", true);
}

struct Family {
  std::string help;
  std::string type;
  std::set<std::string> labels;
};

// The names in `{a="b",c="d"}`; `le` belongs to histograms as such.
void AddLabels(absl::string_view sample, std::set<std::string>& labels) {
  const size_t open = sample.find('{');
  if (open == absl::string_view::npos) return;
  for (absl::string_view part : absl::StrSplit(sample.substr(open + 1), "\",")) {
    const std::pair<absl::string_view, absl::string_view> label = absl::StrSplit(part, '=');
    if (label.first != "le" && !absl::StartsWith(label.first, "}")) labels.emplace(label.first);
  }
}

std::map<std::string, Family> FamiliesOf(const std::string& page) {
  std::map<std::string, Family> families;
  Family* family = nullptr;
  for (absl::string_view line : absl::StrSplit(page, '\n', absl::SkipEmpty())) {
    const bool type = absl::ConsumePrefix(&line, "# TYPE ");
    if (type || absl::ConsumePrefix(&line, "# HELP ")) {
      const std::pair<std::string, std::string> words =
          absl::StrSplit(line, absl::MaxSplits(' ', 1));
      family = &families[words.first];
      (type ? family->type : family->help) = words.second;
    } else if (family != nullptr) {
      AddLabels(line, family->labels);
    }
  }
  return families;
}

std::string Reference() {
  const std::unique_ptr<PrometheusMetrics> metrics = MakePrometheusMetrics();
  TellEverything(*metrics);
  std::string text =
      "# Every metric\n\n"
      "<!-- Made of what /metrics says by //server/admin:metrics_reference_test. -->\n\n"
      "At `/metrics` of the admin listener, in Prometheus' text format. No label ever holds an "
      "identifier, a reference or a secret. Times are in seconds; a histogram's buckets reach to "
      "60 s.\n\n"
      "| metric | type | labels | what it says |\n|---|---|---|---|\n";
  for (const auto& [name, family] : FamiliesOf(metrics->Text())) {
    absl::StrAppend(&text, "| `", name, "` | ", family.type, " | ",
                    absl::StrJoin(family.labels, ", "), " | ", family.help, " |\n");
  }
  return text;
}

// Whether the guide was written anew instead of compared.
bool Update(const std::string& guide) {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (std::getenv("KYC_UPDATE_GOLDEN") == nullptr || workspace == nullptr) return false;
  std::ofstream(absl::StrCat(workspace, "/", kGuide)) << guide;
  return true;
}

TEST(MetricsReference, IsWhatThePageSays) {
  const std::string due = Reference();
  if (Update(due)) GTEST_SKIP() << kGuide << " is written: read what changed.";
  EXPECT_EQ(ContentOf(kGuide), due);
}

TEST(MetricsReference, LacksNone) {
  const std::string due = Reference();
  size_t names = 0;
  for (absl::string_view quoted : absl::StrSplit(ContentOf(kSource), '"')) {
    if (!absl::StartsWith(quoted, "kyc_") || absl::StrContains(quoted, ' ')) continue;
    ++names;
    EXPECT_TRUE(absl::StrContains(due, absl::StrCat("| `", quoted, "` |")))
        << quoted << ": let TellEverything tell it";
  }
  EXPECT_GT(names, 40u);
}

}  // namespace
}  // namespace kyc::admin
