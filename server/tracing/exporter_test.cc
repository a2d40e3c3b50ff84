#include "server/tracing/exporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"
#include "server/call/testing/fake_metrics.h"
#include "server/upstream/testing/fake_upstream.h"

namespace kyc::tracing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using upstream::AnswerAll;
using upstream::FakeUpstream;

class CountedSpans : public FakeMetrics {
 public:
  void SpansEnded(int64_t spans, bool is_sent) override { (is_sent ? sent : lost) += spans; }
  std::atomic<int64_t> sent = 0, lost = 0;
};

SpanRecord Named(std::string name) {
  SpanRecord span;
  span.span.context.trace_id[0] = 1;
  span.name = std::move(name);
  return span;
}

int Spans(absl::string_view body) {
  int count = 0;
  constexpr absl::string_view kEach = "\"traceId\"";
  for (size_t at = body.find(kEach); at != body.npos; at = body.find(kEach, at + 1)) ++count;
  return count;
}

class ExporterTest : public testing::Test {
 protected:
  std::unique_ptr<Exporter> To(const std::string& url) {
    return std::make_unique<Exporter>(
        config::Tracing{.otlp_url = url, .ca_file = "", .sampled_share = 0}, metrics_,
        [this](absl::string_view line) { lines_.emplace_back(line); });
  }

  CountedSpans metrics_;
  std::vector<std::string> lines_;  // The exporter's thread's until that has ended.
};

TEST_F(ExporterTest, WhatEndsIsToldWithinASecondOrTwo) {
  FakeUpstream collector(AnswerAll(upstream::Reply("{}")));
  const auto exporter = To(collector.url());
  exporter->Add(Named("a"));
  collector.AwaitSeen(1);
  exporter->Add(Named("b"));
  collector.AwaitSeen(2);
  const auto seen = collector.seen();
  EXPECT_THAT(seen[0].head, HasSubstr("POST /"));
  EXPECT_THAT(seen[0].head, HasSubstr("Content-Type: application/json"));
  EXPECT_THAT(seen[0].body, HasSubstr("\"name\":\"a\""));
  EXPECT_THAT(seen[1].body, HasSubstr("\"name\":\"b\""));
  EXPECT_EQ(seen[1].connection, 0);  // Kept from request to request.
}

TEST_F(ExporterTest, WhatWaitsIsToldAtTheEnd) {
  FakeUpstream collector(AnswerAll(upstream::Reply("{}")));
  auto exporter = To(collector.url());
  for (int i = 0; i < 3; ++i) exporter->Add(Named(absl::StrCat("span ", i)));
  exporter.reset();
  int told = 0;
  for (const auto& request : collector.seen()) told += Spans(request.body);
  EXPECT_EQ(told, 3);
  EXPECT_EQ(metrics_.sent, 3);
  EXPECT_EQ(metrics_.lost, 0);
}

TEST_F(ExporterTest, WhatIsNotTakenIsLostAndSaidOnce) {
  FakeUpstream collector(AnswerAll(upstream::Reply("no", "503 Service Unavailable")));
  auto exporter = To(collector.url());
  exporter->Add(Named("a"));
  collector.AwaitSeen(1);
  exporter->Add(Named("b"));
  collector.AwaitSeen(2);
  exporter.reset();
  EXPECT_EQ(metrics_.sent, 0);
  EXPECT_EQ(metrics_.lost, 2);
  EXPECT_THAT(lines_, ElementsAre("spans were lost: tracing.otlp_url answers 503",
                                  "spans were lost: tracing.otlp_url answers 503 (1 more times)"));
}

TEST_F(ExporterTest, ACollectorThatIsNotThere) {
  std::string url;
  {
    FakeUpstream gone(AnswerAll(""));
    url = gone.url();
  }
  auto exporter = To(url);
  exporter->Add(Named("a"));
  exporter.reset();
  EXPECT_EQ(metrics_.lost, 1);
  ASSERT_EQ(lines_.size(), 1);
  EXPECT_THAT(lines_[0], HasSubstr("no answer from tracing.otlp_url"));
}

// While a collector takes its time, what ends waits, and no more than there is room for.
TEST_F(ExporterTest, WhatWaitsIsBounded) {
  absl::Notification released;
  FakeUpstream collector([&released](FakeUpstream& self, upstream::FakeConnection& connection) {
    while (self.Receive(connection)) {
      released.WaitForNotification();
      connection.Write(upstream::Reply("{}"));
    }
  });
  auto exporter = To(collector.url());
  exporter->Add(Named("first"));
  collector.AwaitSeen(1);
  for (size_t i = 0; i < Exporter::kMaxWaiting + 5; ++i) exporter->Add(Named("later"));
  EXPECT_EQ(metrics_.lost, 5);
  released.Notify();
  // Full requests follow each other at once.
  collector.AwaitSeen(1 + Exporter::kMaxWaiting / Exporter::kMaxInRequest);
  exporter.reset();
  for (const auto& request : collector.seen()) {
    EXPECT_LE(Spans(request.body), static_cast<int>(Exporter::kMaxInRequest));
  }
}

}  // namespace
}  // namespace kyc::tracing
