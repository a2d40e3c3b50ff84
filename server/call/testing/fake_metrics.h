// Metrics that go nowhere, for tests.
#ifndef SERVER_CALL_TESTING_FAKE_METRICS_H_
#define SERVER_CALL_TESTING_FAKE_METRICS_H_

#include "server/call/metrics.h"

namespace kyc {

// A test that looks at a metric overrides its function.
class FakeMetrics : public Metrics {
 public:
  void CallEnded(absl::string_view, absl::StatusCode, absl::string_view, absl::Duration) override {}
  void CallsOpen(int64_t, int64_t, int64_t) override {}
  void AttemptEnded(absl::string_view, absl::string_view, absl::string_view,
                    absl::Duration) override {}
  void Retried(absl::string_view, absl::string_view) override {}
  void Slots(absl::string_view, absl::string_view, int64_t, int64_t) override {}
  void BreakerChanged(absl::string_view, absl::string_view, absl::string_view) override {}
  void Deviation(absl::string_view, absl::string_view) override {}
  void NotificationAnswered(absl::string_view, absl::Duration) override {}
  void Committed(int64_t, int64_t, absl::Duration) override {}
  void CommitFailed() override {}
  void LogWritable(bool) override {}
  void Quarantined(bool) override {}
  void Delivered(int64_t) override {}
};

}  // namespace kyc

#endif  // SERVER_CALL_TESTING_FAKE_METRICS_H_
