// The way of ended spans to a collector.
#ifndef SERVER_TRACING_EXPORTER_H_
#define SERVER_TRACING_EXPORTER_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "server/call/metrics.h"
#include "server/call/on_ended.h"
#include "server/call/repeated_lines.h"
#include "server/config/settings.h"
#include "server/tracing/collector.h"
#include "server/tracing/span_record.h"

namespace kyc::tracing {

// Each second, and at the end, sends what has ended since: at most 512 spans in a request, one
// request at a time. What the collector has not taken is not sent again. At most 8,192 spans wait;
// more are left out. Both are counted as lost, and cost no call anything.
//
// Owned by the gateway; outlives all who tell it of spans. Thread-safe; a thread of its own sends.
class Exporter {
 public:
  static constexpr size_t kMaxWaiting = 8192;
  static constexpr size_t kMaxInRequest = 512;

  // `metrics` outlives it. `log` is told of a collector that takes no spans; see RepeatedLines.
  Exporter(const config::Tracing& settings, Metrics& metrics, RepeatedLines::Write log);
  // Sends what waits, in one request; at most twice Collector::kPatience.
  ~Exporter();
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;

  // Thread-safe, until this is gone.
  OnEnded Listeners();
  // A span that is recorded. Does not block.
  void Add(SpanRecord span);

 private:
  void Run();
  void Send(const std::vector<SpanRecord>& spans);

  Metrics& metrics_;
  RepeatedLines log_;
  Collector collector_;  // The thread's own.

  std::mutex mutex_;
  std::condition_variable ends_;
  std::deque<SpanRecord> waiting_;  // Guarded by mutex_,
  bool ending_ = false;             // and this too.

  std::thread thread_;
};

}  // namespace kyc::tracing

#endif  // SERVER_TRACING_EXPORTER_H_
