// Whether a writer can write, and how full its quarantine is.
#ifndef SERVER_EVENTS_WRITER_STATE_H_
#define SERVER_EVENTS_WRITER_STATE_H_

#include <atomic>
#include <functional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/call/metrics.h"

namespace kyc::events {

// Tells the metrics and the log of each change. Set by the writer's thread, read by any.
class WriterState {
 public:
  // `metrics` is not owned; `say` may be null.
  WriterState(Metrics& metrics, std::function<void(absl::string_view)> say);

  // OK, or why it cannot be written.
  void SetWritable(const absl::Status& status);
  bool writable() const { return writable_; }

  void SetQuarantineUsed(double ratio);
  double quarantine_used() const { return quarantine_used_; }

 private:
  Metrics& metrics_;
  const std::function<void(absl::string_view)> say_;
  std::atomic<bool> writable_ = true;
  std::atomic<double> quarantine_used_ = 0;
};

}  // namespace kyc::events

#endif  // SERVER_EVENTS_WRITER_STATE_H_
