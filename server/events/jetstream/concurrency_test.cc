// Several publishers race for the revisions of the same references, and what each append is
// answered is what is stored. `tests/cluster` has the same race among processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/events/jetstream/jetstream_testing.h"
#include "server/events/log_testing.h"

namespace kyc::events::jetstream {
namespace {

constexpr int kPublishers = 3;
constexpr int kBodies = 20;
constexpr int kReferences = 200;
constexpr int kReferencesAtOnce = 20;

class ConcurrencyTest : public EachServerTest {
 protected:
  void SetUp() override {
    EachServerTest::SetUp();
    if (IsSkipped()) return;
    servers_ = std::make_unique<NatsServers>(program_, 3);
    for (int i = 0; i < kPublishers; ++i) {
      JetStreamLogOptions options = OptionsOver(*servers_, metrics_);
      options.follows = i == 0;
      publishers_.push_back(OpenLog(std::move(options)));
      ASSERT_NE(publishers_.back(), nullptr);
    }
  }

  static ::netzme::v1::UpgradeEvent Body(int reference, int body) {
    return Notification(absl::StrCat("R", reference), absl::StrCat("status-", body));
  }

  // Sends 20 different bodies for each of the references, all at once; those that lost every race
  // again, as their sender would.
  void Race(int first, int end) {
    std::vector<std::pair<int, int>> left;
    for (int reference = first; reference < end; ++reference) {
      for (int body = 0; body < kBodies; ++body) left.emplace_back(reference, body);
    }
    while (!left.empty()) {
      std::vector<Pending> pending;
      for (const auto& [reference, body] : left) {
        EventLog& log = *publishers_[static_cast<size_t>(body % kPublishers)];
        pending.push_back(StartAppend(log, Body(reference, body)));
      }
      std::vector<std::pair<int, int>> lost;
      for (size_t i = 0; i < left.size(); ++i) {
        const absl::StatusOr<Appended> appended = pending[i].get();
        if (appended.ok()) {
          EXPECT_FALSE(appended->repeat) << left[i].first << " " << left[i].second;
          acknowledged_[left[i].first][appended->revision].push_back(appended->sequence);
          newest_ = std::max(newest_, appended->sequence);
          continue;
        }
        ASSERT_EQ(ReasonOf(appended.status()), "LOG_UNREACHABLE") << appended.status();
        lost.push_back(left[i]);
      }
      left.swap(lost);
    }
  }

  CountingMetrics metrics_;
  std::unique_ptr<NatsServers> servers_;
  std::vector<std::unique_ptr<JetStreamLog>> publishers_;
  // Per reference, the sequences that were acknowledged with each revision.
  std::map<int, std::map<int64_t, std::vector<int64_t>>> acknowledged_;
  int64_t newest_ = 0;
};

INSTANTIATE_TEST_SUITE_P(NatsServer, ConcurrencyTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "Current" : "Debians"; });

TEST_P(ConcurrencyTest, RevisionsAreOneToNEachOnce) {
  for (int first = 0; first < kReferences; first += kReferencesAtOnce) {
    ASSERT_NO_FATAL_FAILURE(Race(first, first + kReferencesAtOnce));
  }
  AwaitSequence(*publishers_[0], newest_);

  std::map<std::string, std::vector<int64_t>> revisions;
  std::map<std::string, std::set<std::string>> statuses;
  Position after;
  for (;;) {
    const absl::StatusOr<Page> page = publishers_[0]->ReadAfter(after, 1000, {});
    ASSERT_TRUE(page.ok()) << page.status();
    for (const Event& event : page->events) {
      const std::string& reference = event.event.original_reference_no();
      revisions[reference].push_back(event.event.revision());
      statuses[reference].insert(event.event.status_text());
    }
    if (page->through == after) break;
    after = page->through;
  }
  std::vector<int64_t> all;
  for (int64_t revision = 1; revision <= kBodies; ++revision) all.push_back(revision);
  for (int reference = 0; reference < kReferences; ++reference) {
    const std::string name = absl::StrCat("R", reference);
    EXPECT_EQ(revisions[name], all) << name;
    EXPECT_EQ(statuses[name].size(), static_cast<size_t>(kBodies)) << name;
    for (const int64_t revision : all) {
      EXPECT_EQ(acknowledged_[reference][revision].size(), 1u) << name << " " << revision;
    }
  }
}

}  // namespace
}  // namespace kyc::events::jetstream
